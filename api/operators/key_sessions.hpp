// SPDX-License-Identifier: Apache-2.0
// The open sessions of one key: few, sorted, and never touching each other, because a record that
// touches two of them makes one.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/codec.hpp"
#include "api/window.hpp"

namespace weir {

template <class Accumulator>
struct open_session {
  window span;
  Accumulator of;
  bool has_fired = false;  // With these records; later ones make it fire again.
};

// A single session, the common case, lies in the key's table entry itself.
template <class Accumulator>
class key_sessions {
public:
  using session = open_session<Accumulator>;

  event_time alarm = end_of_time;  // The time of the key's timer; end_of_time: it has none.

  bool empty() const { return !single_ && several_.empty(); }

  // Whether a record whose own session would be `span` joins one that is open.
  bool touches(const window& span) const {
    if (single_) return are_touching(single_->span, span);
    return std::any_of(several_.begin(), several_.end(),
                       [&](const session& each) { return are_touching(each.span, span); });
  }

  // Adds a record whose own session is `span`; `add(accumulator)` adds it to an accumulator. When
  // that throws, the sessions are as before. Returns the session the record is in now.
  template <class Aggregate, class Add>
  session& join(const window& span, const Aggregate& aggregate, const Accumulator& initial,
                Add&& add) {
    if (single_ && are_touching(single_->span, span)) {
      add(single_->of);
      extend(*single_, span);
      return *single_;
    }
    if (empty()) {
      Accumulator fresh = initial;
      add(fresh);
      return single_.emplace(session{span, std::move(fresh)});
    }
    if (single_) {
      several_.push_back(*std::move(single_));
      single_.reset();
    }
    return join_several(span, aggregate, initial, add);
  }

  // Calls f(session&) in order of time.
  template <class F>
  void for_each(F&& f) {
    if (single_) f(*single_);
    for (session& each : several_) f(each);
  }

  std::size_t size() const { return single_ ? 1 : several_.size(); }
  template <class F>
  void for_each(F&& f) const {
    if (single_) f(*single_);
    for (const session& each : several_) f(each);
  }
  // Puts a session behind the others. REQUIRES: it begins after they end, and not at once.
  void append(session last) {
    if (empty()) {
      single_.emplace(std::move(last));
      return;
    }
    if (single_) {
      several_.push_back(*std::move(single_));
      single_.reset();
    }
    several_.push_back(std::move(last));
  }

  // Forgets the sessions that are `over`.
  template <class Over>
  void erase_if(Over&& over) {
    if (single_ && over(*single_)) single_.reset();
    std::erase_if(several_, over);
    if (several_.size() == 1) {
      single_.emplace(std::move(several_.front()));
      several_.clear();
    }
  }

private:
  // Sessions that meet are one.
  static bool are_touching(const window& a, const window& b) {
    return a.start <= b.end && b.start <= a.end;
  }
  static void extend(session& grown, const window& by) {
    grown.span.start = std::min(grown.span.start, by.start);
    grown.span.end = std::max(grown.span.end, by.end);
    grown.has_fired = false;
  }

  template <class Aggregate, class Add>
  session& join_several(const window& span, const Aggregate& aggregate, const Accumulator& initial,
                        Add& add) {
    const auto first = std::find_if(several_.begin(), several_.end(), [&](const session& each) {
      return span.start <= each.span.end;
    });
    if (first == several_.end() || span.end < first->span.start) {
      Accumulator fresh = initial;
      add(fresh);
      return *several_.insert(first, session{span, std::move(fresh)});
    }
    add(first->of);
    extend(*first, span);
    auto next = first + 1;
    for (; next != several_.end() && next->span.start <= first->span.end; ++next) {
      aggregate.merge(first->of, next->of);
      extend(*first, next->span);
    }
    several_.erase(first + 1, next);
    return *first;
  }

  std::optional<session> single_;
  std::vector<session> several_;  // All of them, once there were two or more.
};

// The time of the timer, and the sessions as a vector.
template <encodable Accumulator>
struct codec<key_sessions<Accumulator>> {
  using session = open_session<Accumulator>;
  static constexpr bool is_canonical = false;

  static void encode(const key_sessions<Accumulator>& sessions, std::string& out) {
    codec<event_time>::encode(sessions.alarm, out);
    codecs::encode_length(sessions.size(), out);
    sessions.for_each([&](const session& each) {
      codec<window>::encode(each.span, out);
      codec<Accumulator>::encode(each.of, out);
      codec<bool>::encode(each.has_fired, out);
    });
  }

  static result<key_sessions<Accumulator>> decode(std::string_view& bytes) {
    auto saved = codec<form>::decode(bytes);
    if (!saved) return codecs::not_decoded_within(schema(), saved.failure());
    key_sessions<Accumulator> sessions;
    sessions.alarm = saved->first;
    const window* last = nullptr;
    for (auto& [span, of, has_fired] : saved->second) {
      if (last != nullptr && span.start <= last->end) return codecs::out_of_order(schema());
      last = &span;
      sessions.append({span, std::move(of), has_fired});
    }
    return sessions;
  }

  static std::string schema() { return codec<form>::schema(); }
  static type_notes notes() { return codec<form>::notes(); }

private:
  using form = std::pair<event_time, std::vector<std::tuple<window, Accumulator, bool>>>;
};

}  // namespace weir
