// SPDX-License-Identifier: Apache-2.0
// A source that reads on only as fast as time is counted, a millisecond for each poll, and comes to
// its end only behind a gate that the test opens: a job that a test asks something of is still
// there, however busy the machine is.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "tests/support/wrapped_source.hpp"

namespace weir {

using source_gate = std::shared_ptr<std::atomic<bool>>;  // True: open.

template <class T>
class gated_reader final : public wrapping_reader<T> {
public:
  gated_reader(std::unique_ptr<source_reader<T>> inner, source_gate gate, std::uint64_t quota)
      : wrapping_reader<T>{std::move(inner)}, gate_{std::move(gate)}, quota_{quota} {}

  result<poll_status> poll(processing_time now, polled<T>& out) override {
    const bool waits = !gate_->load() && read_ >= quota_;
    if (!waits) {
      time_ += std::chrono::milliseconds{1};
      auto found = wrapping_reader<T>::poll(time_, out);
      if (!found || *found != poll_status::nothing_available) {
        read_ += out.records.size();
        return found;
      }
    }
    out.retry_at = now + std::chrono::milliseconds{1};
    return poll_status::nothing_available;
  }

private:
  source_gate gate_;
  std::uint64_t quota_;
  std::uint64_t read_ = 0;
  processing_time time_{};
};

// `source`, of which every subtask reads about `quota` records before the gate.
template <source_description Source>
auto gated_source(Source source, const source_gate& gate, std::uint64_t quota) {
  using T = typename Source::value_type;
  return wrapped_source{std::move(source), [gate, quota](std::unique_ptr<source_reader<T>> opened) {
                          return std::make_unique<gated_reader<T>>(std::move(opened), gate, quota);
                        }};
}

}  // namespace weir
