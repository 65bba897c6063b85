// SPDX-License-Identifier: Apache-2.0
// Where records go.
//
// A sink is a small copyable description; each subtask opens a writer. Output becomes visible in
// two phases, so that no partial result is taken for the whole:
//
//   write* -> prepare     durable, and recognisable as unfinished
//          -> commit      visible: the whole job has come this far
//          -> abandon     gone: it has not, and never will
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/ids.hpp"
#include "api/record_batch.hpp"

namespace weir {

struct sink_context {
  file_system* files = nullptr;
  subtask_index subtask;
  std::uint32_t parallelism = 1;
};

template <class T>
class sink_writer {
public:
  virtual ~sink_writer() = default;
  // May take the records out of the batch.
  virtual status write(batch_of<T>& batch) = 0;
  // The input has ended: what was written survives a crash, but nobody takes it for a result yet.
  virtual status prepare() { return {}; }
  // Every task of the job has handled all its input: makes the prepared output visible.
  // REQUIRES: `prepare` has succeeded.
  virtual status commit() { return {}; }
  // The job ends without having handled all its input: leaves nothing that looks complete. May
  // follow a failed `prepare` or `commit`.
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
