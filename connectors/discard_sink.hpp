// SPDX-License-Identifier: Apache-2.0
// Takes records and forgets them: for benchmarks, and for streams that matter only for their side
// outputs.
#pragma once

#include <memory>
#include <string>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/sink.hpp"

namespace weir {

template <class T>
class discard_writer final : public sink_writer<T> {
public:
  status write(batch_of<T>&) override { return {}; }
};

// Made by `discard`.
class discard_sink {
public:
  std::string name() const { return "discard"; }

  template <class T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context&) const {
    return std::unique_ptr<sink_writer<T>>{std::make_unique<discard_writer<T>>()};
  }
};

inline discard_sink discard() { return {}; }

}  // namespace weir
