// SPDX-License-Identifier: Apache-2.0
// A numbered source whose second half waits for a file: a job that lasts until whoever disturbs it
// has done so, on however slow a machine.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "api/source.hpp"

namespace weir {

template <class T>
class held_reader final : public source_reader<T> {
public:
  held_reader(std::unique_ptr<source_reader<T>> held, std::uint64_t from, std::string until)
      : held_{std::move(held)}, from_{from}, until_{std::move(until)} {}

  result<poll_status> poll(processing_time now, polled<T>& out) override {
    if (!until_.empty() && has_come_so_far()) {
      std::error_code not_there;
      if (!std::filesystem::exists(until_, not_there)) {
        out.retry_at = now + std::chrono::milliseconds{10};
        return poll_status::nothing_available;
      }
      until_.clear();
    }
    return held_->poll(now, out);
  }
  std::vector<source_split> positions() const override { return held_->positions(); }
  std::string place_of(std::size_t i) const override { return held_->place_of(i); }

private:
  bool has_come_so_far() const {
    for (const auto& split : held_->positions()) {
      std::uint64_t next = 0;
      const auto& position = split.position;
      std::from_chars(position.data(), position.data() + position.size(), next);
      if (next >= from_) return true;
    }
    return false;
  }

  std::unique_ptr<source_reader<T>> held_;
  std::uint64_t from_;
  std::string until_;  // Empty: it is there.
};

// The source must number its records and deal them out, like `generator(...).at_rate(...)`: those
// from number `from` on, or a batch of them later, wait until the file `until` is there. "" is no
// file, and nothing waits.
template <source_description Source>
class held_source {
public:
  using value_type = typename Source::value_type;

  held_source(Source source, std::uint64_t from, std::string until)
      : source_{std::move(source)}, from_{from}, until_{std::move(until)} {}

  std::string name() const { return source_.name(); }
  bool is_bounded() const { return source_.is_bounded(); }
  result<std::vector<source_split>> discover_splits(const source_context& context) const {
    return source_.discover_splits(context);
  }
  result<std::unique_ptr<source_reader<value_type>>> open(const source_context& context,
                                                          std::vector<source_split> splits) const {
    auto reader = source_.open(context, std::move(splits));
    if (!reader) return reader.failure();
    return std::unique_ptr<source_reader<value_type>>{
        std::make_unique<held_reader<value_type>>(std::move(*reader), from_, until_)};
  }

private:
  Source source_;
  std::uint64_t from_;
  std::string until_;
};

}  // namespace weir
