// SPDX-License-Identifier: Apache-2.0
// Writes each record as a line of text to the standard output, or to another stream:
//
//   counts.sink(print());          // {symbol: ACME, count: 3}
//   counts.sink(print().to(std::cerr));
//
// With more than one subtask every line begins with the number, from 1, of its subtask: "2> ".
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/sink.hpp"
#include "api/text.hpp"
#include "api/value_shape.hpp"

namespace weir {

// Writes whole lines by one call and flushes them. Lines of several threads do not mix. An error if
// the stream refuses them.
status print_lines(std::ostream& stream, std::string_view lines);

// "2> " for the second of several subtasks, nothing for the only one.
std::string line_prefix(const sink_context& context);

template <class T>
class print_writer final : public sink_writer<T> {
public:
  print_writer(std::ostream& stream, std::string prefix)
      : stream_{&stream}, prefix_{std::move(prefix)} {}

  status write(batch_of<T>& batch) override {
    lines_.clear();
    for (const T& value : batch.values) {
      lines_ += prefix_;
      append_text(lines_, value);
      lines_ += '\n';
    }
    return print_lines(*stream_, lines_);
  }

private:
  std::ostream* stream_;
  std::string prefix_;
  std::string lines_;
};

// Made by `print`.
class print_sink {
public:
  // Instead of the standard output. The stream outlives the job.
  print_sink to(std::ostream& stream) const;

  std::string name() const { return "print"; }

  template <printable T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context& context) const {
    return std::unique_ptr<sink_writer<T>>{
        std::make_unique<print_writer<T>>(stream(), line_prefix(context))};
  }

private:
  std::ostream& stream() const;

  std::ostream* stream_ = nullptr;  // None: the standard output.
};

// Every type that api/text.hpp can write.
inline print_sink print() { return {}; }

}  // namespace weir
