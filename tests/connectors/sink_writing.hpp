// SPDX-License-Identifier: Apache-2.0
// Writes to a sink as a job would.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/sink.hpp"

namespace weir {

inline sink_context sink_context_for(file_system& files, std::uint32_t subtask = 0,
                                     std::uint32_t parallelism = 1) {
  return {&files, {subtask}, parallelism};
}

template <class T>
status write_values(sink_writer<T>& writer, const std::vector<T>& values) {
  batch_of<T> batch;
  for (const auto& value : values) batch.push(value, beginning_of_time);
  return writer.write(batch);
}

// Opens a writer, writes one batch, prepares and commits. The message of the first failure, if
// there is one.
template <class T, sink_for<T> Sink>
std::string write_all(const Sink& sink, const sink_context& context, const std::vector<T>& values) {
  auto writer = sink.template open<T>(context);
  if (!writer) return writer.failure().message;
  auto outcome = write_values(**writer, values);
  if (outcome) outcome = (*writer)->prepare();
  if (outcome) outcome = (*writer)->commit();
  if (outcome) return {};
  (*writer)->abandon();
  return outcome.failure().message;
}

}  // namespace weir
