// SPDX-License-Identifier: Apache-2.0
// Any bytes as a header and rows of CSV: they are split, refused or parsed, and never read beyond.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/text.hpp"
#include "connectors/csv_format.hpp"

namespace {

struct fuzzed {
  std::string text;
  int number = 0;
  std::optional<double> real;
  weir::event_time time;
  bool flag = false;
  friend bool operator==(const fuzzed&, const fuzzed&) = default;
};
WEIR_FIELDS(fuzzed, text, number, real, time, flag)

// A row that was read can be written, and then means the same.
void check_row(std::string_view row, weir::csv_format<fuzzed>& format) {
  fuzzed record;
  weir::row_failure why;
  if (format.parse(row, record, why) != weir::row_outcome::record) return;
  if (record.real && *record.real != *record.real) return;
  std::string written;
  weir::append_csv_row(written, record);
  weir::csv_format<fuzzed> plain;
  plain.columns.has_header = false;
  fuzzed again;
  WEIR_ASSERT(plain.parse(written, again, why) == weir::row_outcome::record);
  WEIR_ASSERT(again == record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(bytes), size};
  weir::csv_format<fuzzed> format;
  const auto end = input.find('\n');
  // Half of the inputs have a header.
  format.columns.has_header = size > 0 && bytes[0] % 2 == 0 && end != input.npos;
  if (format.columns.has_header) {
    if (!format.read_header(input.substr(0, end))) return 0;
    input.remove_prefix(end + 1);
  }
  check_row(input, format);
  return 0;
}
