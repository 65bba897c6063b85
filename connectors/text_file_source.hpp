// SPDX-License-Identifier: Apache-2.0
// What every source of text files offers: lines_of, csv_of and json_lines_of differ in the format
// of a row and share the rest. `Self` is the concrete source, so that settings chain:
//
//   lines_of("book.txt").max_line(64 * 1024).on_malformed(malformed::skip)
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/source.hpp"
#include "connectors/malformed.hpp"
#include "connectors/text_file_options.hpp"
#include "connectors/text_file_reader.hpp"
#include "connectors/text_format.hpp"
#include "connectors/text_split.hpp"

namespace weir {

template <class Self, text_format Format>
class text_file_source {
public:
  using value_type = typename Format::value_type;

  // A longer row, in bytes without its line ending, is malformed: 1 MiB unless told otherwise.
  Self max_line(std::uint64_t bytes) const {
    return with([&](text_file_source& changed) { changed.options_.max_line = bytes; });
  }

  // What happens to malformed rows: fail the job (the default), or skip and count them.
  Self on_malformed(malformed action) const {
    return with([&](text_file_source& changed) {
      changed.options_.on_malformed = action;
      changed.options_.handler = nullptr;
    });
  }
  // Skips and counts malformed rows, and shows each to `handler`: a place for dead letters. It may
  // be called by several subtasks at once, and again for the same row after a restart.
  Self on_malformed(malformed_handler handler) const {
    return with([&](text_file_source& changed) { changed.options_.handler = std::move(handler); });
  }

  // Never ends: once everything has been read, looks for more after each `poll_interval`. Only
  // complete lines are read. Of a directory, the files that were there at the start are followed.
  // A file that becomes shorter is an error.
  Self follow(duration poll_interval = std::chrono::milliseconds{100}) const {
    return with([&](text_file_source& changed) { changed.options_.follow = poll_interval; });
  }

  std::string name() const { return std::string{Self::kind} + "(" + options_.path + ")"; }
  bool is_bounded() const { return !options_.follow; }

  result<std::vector<source_split>> discover_splits(const source_context& context) const {
    auto splits = discover_text_splits(context, options_);
    if (!splits) return within(name(), splits.failure());
    return splits;
  }

  result<std::unique_ptr<source_reader<value_type>>> open(const source_context& context,
                                                          std::vector<source_split> splits) const {
    std::vector<text_split> ranges;
    for (const auto& split : splits) {
      auto range = parse_text_split(split);
      if (!range) return within(name(), range.failure());
      ranges.push_back(std::move(*range));
    }
    return std::unique_ptr<source_reader<value_type>>{std::make_unique<text_file_reader<Format>>(
        *context.files, options_, format_, std::move(ranges))};
  }

protected:
  text_file_source(std::string path, Format format) : format_{std::move(format)} {
    options_.path = std::move(path);
  }

  // A copy of this source with `change` made to it.
  template <class Change>
  Self with(Change change) const {
    Self changed = static_cast<const Self&>(*this);
    change(changed);
    return changed;
  }

  text_file_options options_;
  Format format_;
};

}  // namespace weir
