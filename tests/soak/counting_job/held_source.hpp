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

#include "tests/support/wrapped_source.hpp"

namespace weir {

template <class T>
class held_reader final : public wrapping_reader<T> {
public:
  held_reader(std::unique_ptr<source_reader<T>> held, std::uint64_t from, std::string until)
      : wrapping_reader<T>{std::move(held)}, from_{from}, until_{std::move(until)} {}

  result<poll_status> poll(processing_time now, polled<T>& out) override {
    if (!until_.empty() && has_come_so_far()) {
      std::error_code not_there;
      if (!std::filesystem::exists(until_, not_there)) {
        out.retry_at = now + std::chrono::milliseconds{10};
        return poll_status::nothing_available;
      }
      until_.clear();
    }
    return wrapping_reader<T>::poll(now, out);
  }

private:
  bool has_come_so_far() const {
    for (const auto& split : this->positions()) {
      std::uint64_t next = 0;
      const auto& position = split.position;
      std::from_chars(position.data(), position.data() + position.size(), next);
      if (next >= from_) return true;
    }
    return false;
  }

  std::uint64_t from_;
  std::string until_;  // Empty: it is there.
};

// The source must number its records and deal them out, like `generator(...).at_rate(...)`: those
// from number `from` on, or a batch of them later, wait until the file `until` is there. "" is no
// file, and nothing waits.
template <source_description Source>
auto held_source(Source source, std::uint64_t from, const std::string& until) {
  using T = typename Source::value_type;
  return wrapped_source{std::move(source), [from, until](std::unique_ptr<source_reader<T>> opened) {
                          return std::make_unique<held_reader<T>>(std::move(opened), from, until);
                        }};
}

}  // namespace weir
