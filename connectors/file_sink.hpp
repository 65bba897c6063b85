// SPDX-License-Identifier: Apache-2.0
// Writes records to a file, one line each, as text, CSV or JSON:
//
//   results.sink(file_sink("delays.csv").csv())
//
// One subtask writes the file itself, several write "<path>.part-<i>-of-<n>" each. A file gets its
// name when the whole job has handled all its input (connectors/pending_file.hpp); until then an
// older one stays. A job that fails or is cancelled leaves no new file.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/sink.hpp"
#include "api/text.hpp"
#include "api/value_shape.hpp"
#include "connectors/pending_file.hpp"

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
  explicit file_writer(pending_file file) : file_{std::move(file)} {}
  // A writer that is dropped without a word belongs to a job that has not finished.
  ~file_writer() override { file_.abandon(); }

  status write(batch_of<T>& batch) override {
    lines_.clear();
    for (const T& value : batch.values) {
      Rows::append(lines_, value);
      lines_ += '\n';
    }
    return file_.append(lines_);
  }
  status prepare() override { return file_.prepare(); }
  status commit() override { return file_.commit(); }
  void abandon() override { file_.abandon(); }

private:
  pending_file file_;
  std::string lines_;
};

// Made by `file_sink`.
template <class Rows>
class file_sink_of {
public:
  explicit file_sink_of(std::string path) : path_{std::move(path)} {}

  // Lines as `print` writes them; the default.
  file_sink_of<text_rows> text() const { return file_sink_of<text_rows>{path_}; }
  // With a header line: the names of the fields, if the record has a WEIR_FIELDS line.
  file_sink_of<csv_rows> csv() const { return file_sink_of<csv_rows>{path_}; }
  // One JSON value a line.
  file_sink_of<json_rows> json_lines() const { return file_sink_of<json_rows>{path_}; }

  std::string name() const { return "file_sink(" + path_ + ")"; }

  template <printable T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context& context) const {
    auto file = pending_file::open(context, path_);
    if (!file) return within(name(), file.failure());
    if (auto written = file->append(Rows::template header<T>()); !written) {
      file->abandon();
      return within(name(), written.failure());
    }
    return std::unique_ptr<sink_writer<T>>{
        std::make_unique<file_writer<T, Rows>>(std::move(*file))};
  }

private:
  std::string path_;
};

inline file_sink_of<text_rows> file_sink(std::string path) {
  return file_sink_of<text_rows>{std::move(path)};
}

}  // namespace weir
