// SPDX-License-Identifier: Apache-2.0
// Where records go.
//
// A sink is a small copyable description; each subtask opens a writer. Output becomes visible in
// two phases, so that no partial result is taken for the whole:
//
//   (write* -> prepare)*   durable, and recognisable as unfinished
//           -> commit*     visible: the whole job has come this far
//           -> abandon     gone: it has not, and never will
//
// Without checkpoints the end of the input prepares and the end of the job commits. With them, each
// also prepares what was written since the last; what `prepare` returned goes into the checkpoint
// and is committed once that has completed - after a crash by another writer, in another process.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/ids.hpp"
#include "api/record_batch.hpp"
#include "api/time.hpp"

namespace weir {

struct sink_context {
  file_system* files = nullptr;
  subtask_index subtask;
  std::uint32_t parallelism = 1;
  // All subtasks of an attempt have it, and no other attempt of any job: for names of what is not
  // committed yet. Letters, digits, '-' and '_'; empty only without checkpoints.
  std::string attempt_token;
  bool has_checkpoints = false;  // `prepare` will be called more than once.
};

template <class T>
class sink_writer {
public:
  virtual ~sink_writer() = default;
  // Processing time is `now`. Told before every `write`, and when it has come to `next_timer`; a
  // writer has no other clock. After it, `next_timer` is later than `now`, or none.
  virtual status on_time(processing_time now) {
    static_cast<void>(now);
    return {};
  }
  virtual std::optional<processing_time> next_timer() const { return std::nullopt; }
  // May take the records out of the batch.
  virtual status write(batch_of<T>& batch) = 0;
  // What was written since the last call survives a crash, but nobody takes it for a result yet.
  // Returns what `commit` needs, in bytes that mean something to any writer of this sink; empty if
  // there is nothing to commit. Good for as long as the checkpoint that holds it.
  virtual result<std::string> prepare() { return std::string{}; }
  // Makes visible what one `prepare` prepared. May be repeated, by another writer and after a
  // crash, and then changes nothing. An error fails the job, and the next attempt repeats it.
  virtual status commit(const std::string& prepared) {
    static_cast<void>(prepared);
    return {};
  }
  // With checkpoints, on the first subtask only, before it writes (others may be writing already):
  // `prepared` is all that the checkpoint knows to be prepared by any subtask; nothing if the job
  // starts afresh. Commits it, and removes what earlier attempts wrote behind it.
  virtual status recover(const std::vector<std::string>& prepared) {
    for (const auto& each : prepared) {
      if (auto committed = commit(each); !committed) return committed;
    }
    return {};
  }
  // The attempt has failed or was cancelled: what was not prepared leaves nothing that looks
  // complete. With checkpoints, what was prepared stays, for one of them may hold it; without, it
  // goes, too. May follow a failure of any other function.
  virtual void abandon() {}
};

// A copyable description of a sink for T:
//
//   std::string name() const;                                              // "print"
//   template <class T> result<std::unique_ptr<sink_writer<T>>> open(const sink_context&) const;
//
// A sink that takes only some types constrains `open`; the compile error then names the sink and
// the type.
template <class S, class T>
concept sink_for = std::copy_constructible<S> &&
    requires(const S& sink, const sink_context& context) {
  { sink.name() } -> std::convertible_to<std::string>;
  { sink.template open<T>(context) } -> std::same_as<result<std::unique_ptr<sink_writer<T>>>>;
};

}  // namespace weir
