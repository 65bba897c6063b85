// SPDX-License-Identifier: Apache-2.0
// Any bytes as a row of JSON: refused or parsed, and never read beyond.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/text.hpp"
#include "connectors/json_lines_source.hpp"
#include "connectors/utf8.hpp"

namespace {

struct fuzzed {
  std::string a;
  int b = 0;
  std::optional<double> c;
  std::optional<weir::event_time> d;
  std::optional<bool> e;
  friend bool operator==(const fuzzed&, const fuzzed&) = default;
};
WEIR_FIELDS(fuzzed, a, b, c, d, e)

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view row{reinterpret_cast<const char*>(bytes), size};
  weir::json_format<fuzzed> format;
  fuzzed record;
  weir::row_failure why;
  if (format.parse(row, record, why) != weir::row_outcome::record) return 0;
  WEIR_ASSERT(!weir::first_invalid_utf8(row));
  std::string written;
  weir::append_json(written, record);
  fuzzed again;
  WEIR_ASSERT(format.parse(written, again, why) == weir::row_outcome::record);
  WEIR_ASSERT(again == record);
  return 0;
}
