// SPDX-License-Identifier: Apache-2.0
// A source between whose readers and the job another reader stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/source.hpp"

namespace weir {

// What it does not change it passes on.
template <class T>
class wrapping_reader : public source_reader<T> {
public:
  explicit wrapping_reader(std::unique_ptr<source_reader<T>> inner) : inner_{std::move(inner)} {}

  result<poll_status> poll(processing_time now, polled<T>& out) override {
    return inner_->poll(now, out);
  }
  std::vector<source_split> positions() const override { return inner_->positions(); }
  std::string place_of(std::size_t i) const override { return inner_->place_of(i); }
  std::uint64_t malformed_skipped() const override { return inner_->malformed_skipped(); }

private:
  std::unique_ptr<source_reader<T>> inner_;
};

// `wrap` makes the reader that is used of the one that the source opens.
template <source_description Source, class Wrap>
class wrapped_source {
public:
  using value_type = typename Source::value_type;

  wrapped_source(Source source, Wrap wrap) : source_{std::move(source)}, wrap_{std::move(wrap)} {}

  std::string name() const { return source_.name(); }
  bool is_bounded() const { return source_.is_bounded(); }
  result<std::vector<source_split>> discover_splits(const source_context& context) const {
    return source_.discover_splits(context);
  }
  result<std::unique_ptr<source_reader<value_type>>> open(const source_context& context,
                                                          std::vector<source_split> splits) const {
    auto opened = source_.open(context, std::move(splits));
    if (!opened) return opened.failure();
    return std::unique_ptr<source_reader<value_type>>{wrap_(*std::move(opened))};
  }

private:
  Source source_;
  Wrap wrap_;
};

}  // namespace weir
