// SPDX-License-Identifier: Apache-2.0
// What a keyed process function may do: all of api/process_context.hpp, and speak of its key.
#pragma once

#include <memory>
#include <utility>

#include "api/process_context.hpp"
#include "api/state_cell.hpp"
#include "api/timer_queue.hpp"

namespace weir {

// The timers of the current key. A timer set twice for one time fires once. One that is due at once
// fires after the batch being handled. Timers of processing time that are not due when the input
// ends never fire; those of event time all do.
template <class Key>
class keyed_timers {
public:
  // All three outlive the timers.
  keyed_timers(const current_key<Key>& current, timer_queue<Key, event_time>& event,
               timer_queue<Key, processing_time>& processing)
      : current_{current}, event_{event}, processing_{processing} {}

  // `on_timer` will be called when the watermark comes to `time`.
  void set_event_timer(event_time time) { event_.set(time, current_.key()); }
  void erase_event_timer(event_time time) { event_.erase(time, current_.key()); }
  // `on_processing_timer` will be called at `time` or soon after.
  void set_processing_timer(processing_time time) { processing_.set(time, current_.key()); }
  void erase_processing_timer(processing_time time) { processing_.erase(time, current_.key()); }

private:
  const current_key<Key>& current_;
  timer_queue<Key, event_time>& event_;
  timer_queue<Key, processing_time>& processing_;
};

template <class Key, class Out>
class keyed_process_context : public process_context<Out> {
public:
  keyed_process_context(invocation<Out>& now, const current_key<Key>& current,
                        keyed_timers<Key>& timers)
      : process_context<Out>{now}, current_{&current}, timers_{&timers} {}

  // Of the record or timer being handled.
  const Key& key() const { return current_->key(); }
  keyed_timers<Key>& timers() { return *timers_; }

private:
  const current_key<Key>* current_;
  keyed_timers<Key>* timers_;
};

}  // namespace weir
