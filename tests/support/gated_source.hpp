// SPDX-License-Identifier: Apache-2.0
// A source that reads on only as fast as time is counted, a millisecond for each poll, and comes to
// its end only behind a gate that the test opens: a job that a test asks something of is still
// there, however busy the machine is.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/source.hpp"

namespace weir {

using source_gate = std::shared_ptr<std::atomic<bool>>;  // True: open.

template <class T>
class gated_reader final : public source_reader<T> {
public:
  gated_reader(std::unique_ptr<source_reader<T>> inner, source_gate gate, std::uint64_t quota)
      : inner_{std::move(inner)}, gate_{std::move(gate)}, quota_{quota} {}

  result<poll_status> poll(processing_time now, polled<T>& out) override {
    const bool waits = !gate_->load() && read_ >= quota_;
    if (!waits) {
      time_ += std::chrono::milliseconds{1};
      auto found = inner_->poll(time_, out);
      if (!found || *found != poll_status::nothing_available) {
        read_ += out.records.size();
        return found;
      }
    }
    out.retry_at = now + std::chrono::milliseconds{1};
    return poll_status::nothing_available;
  }
  std::vector<source_split> positions() const override { return inner_->positions(); }
  std::string place_of(std::size_t i) const override { return inner_->place_of(i); }

private:
  std::unique_ptr<source_reader<T>> inner_;
  source_gate gate_;
  std::uint64_t quota_;
  std::uint64_t read_ = 0;
  processing_time time_{};
};

// `Source`, of which every subtask reads about `quota` records before the gate.
template <class Source>
struct gated_source {
  using value_type = typename Source::value_type;

  Source inner;
  source_gate gate;
  std::uint64_t quota;

  std::string name() const { return inner.name(); }
  bool is_bounded() const { return inner.is_bounded(); }
  result<std::vector<source_split>> discover_splits(const source_context& context) const {
    return inner.discover_splits(context);
  }
  result<std::unique_ptr<source_reader<value_type>>> open(const source_context& context,
                                                          std::vector<source_split> splits) const {
    auto opened = inner.open(context, std::move(splits));
    if (!opened) return opened.failure();
    return std::unique_ptr<source_reader<value_type>>{
        std::make_unique<gated_reader<value_type>>(std::move(*opened), gate, quota)};
  }
};
template <class Source>
gated_source(Source, source_gate, std::uint64_t) -> gated_source<Source>;

}  // namespace weir
