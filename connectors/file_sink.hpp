// SPDX-License-Identifier: Apache-2.0
// Writes records to a file, one line each, as text, CSV or JSON:
//
//   results.sink(file_sink("delays.csv").csv())
//
// Without checkpoints one subtask writes the file itself, several write "<path>.part-<i>-of-<n>"
// each. A file gets its name when the whole job has handled all its input; until then an older one
// stays. A job that fails or is cancelled leaves no new file.
//
// With checkpoints every subtask writes a file for each checkpoint before which it had records,
// "<path>.part-<i>-<attempt>-<k>", which gets its name when that has completed: every record is in
// exactly one of them, whatever failed. No two sinks may have one path. Names and guarantees:
// connectors/part_files.hpp, docs/connectors.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/sink.hpp"
#include "api/text.hpp"
#include "api/time.hpp"
#include "api/value_shape.hpp"
#include "connectors/part_files.hpp"

namespace weir {

struct text_rows {
  template <printable T>
  static std::string header() {
    return {};
  }
  template <printable T>
  static void append(std::string& to, const T& value) {
    append_text(to, value);
  }
};

// A header line, then a row for each record.
struct csv_rows {
  template <printable T>
  static std::string header() {
    return csv_header<T>() + "\n";
  }
  template <printable T>
  static void append(std::string& to, const T& value) {
    append_csv_row(to, value);
  }
};

struct json_rows {
  template <printable T>
  static std::string header() {
    return {};
  }
  template <printable T>
  static void append(std::string& to, const T& value) {
    append_json(to, value);
  }
};

template <class T, class Rows>
class file_writer final : public sink_writer<T> {
public:
  explicit file_writer(part_files files) : files_{std::move(files)} {}
  // A writer that is dropped without a word belongs to a job that has not finished.
  ~file_writer() override { files_.abandon(); }

  status on_time(processing_time now) override { return files_.on_time(now); }
  std::optional<processing_time> next_timer() const override { return files_.next_timer(); }
  status write(batch_of<T>& batch) override {
    lines_.clear();
    for (const T& value : batch.values) {
      Rows::append(lines_, value);
      lines_ += '\n';
    }
    return files_.append(lines_);
  }
  result<std::string> prepare() override { return files_.prepare(); }
  status commit(const std::string& prepared) override { return files_.commit(prepared); }
  status recover(const std::vector<std::string>& prepared) override {
    return files_.recover(prepared);
  }
  void abandon() override { files_.abandon(); }

private:
  part_files files_;
  std::string lines_;
};

// Made by `file_sink`.
template <class Rows>
class file_sink_of {
public:
  explicit file_sink_of(part_file_options options) : options_{std::move(options)} {}

  // Lines as `print` writes them; the default.
  file_sink_of<text_rows> text() const { return file_sink_of<text_rows>{options_}; }
  // With a header line in every file: the names of the fields, if the record has a WEIR_FIELDS
  // line.
  file_sink_of<csv_rows> csv() const { return file_sink_of<csv_rows>{options_}; }
  // One JSON value a line.
  file_sink_of<json_rows> json_lines() const { return file_sink_of<json_rows>{options_}; }

  // With checkpoints: a file that has grown to so many bytes is ended, and the next record begins
  // another; it may be larger by one batch of records. Without checkpoints there is one file,
  // whatever its size, and however long it takes.
  file_sink_of roll_at(std::uint64_t bytes) const {
    auto changed = *this;
    changed.options_.roll_at = bytes;
    return changed;
  }
  // With checkpoints: a file is ended when it was begun so long ago, in processing time. More than
  // 0.
  file_sink_of rollover_interval(duration age) const {
    auto changed = *this;
    changed.options_.rollover_interval = age;
    return changed;
  }
  // The same when nothing was written to it for so long.
  file_sink_of inactivity_interval(duration silence) const {
    auto changed = *this;
    changed.options_.inactivity_interval = silence;
    return changed;
  }

  std::string name() const { return "file_sink(" + options_.path + ")"; }

  template <printable T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context& context) const {
    auto options = options_;
    options.header = Rows::template header<T>();
    auto files = part_files::open(context, std::move(options));
    if (!files) return within(name(), files.failure());
    return std::unique_ptr<sink_writer<T>>{
        std::make_unique<file_writer<T, Rows>>(std::move(*files))};
  }

private:
  part_file_options options_;
};

inline file_sink_of<text_rows> file_sink(std::string path) {
  return file_sink_of<text_rows>{{.path = std::move(path)}};
}

}  // namespace weir
