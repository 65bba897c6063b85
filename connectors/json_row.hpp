// SPDX-License-Identifier: Apache-2.0
// The members of one JSON object, the row of a JSON lines file. The parser behind it is simdjson,
// which no other file of Weir knows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weir {

// A member's value as far as fields can take it.
struct json_value {
  enum class kind : std::uint8_t { missing, null, boolean, negative, whole, real, text, nested };

  kind what = kind::missing;
  bool boolean = false;
  std::int64_t negative = 0;  // An integer below 0.
  std::uint64_t whole = 0;    // Any other integer.
  double real = 0;            // A number with a point or an exponent.
  std::string_view text;      // Valid until the row reads another.
};

// How a value stands in a message: abc, 17, 2.5, true, null, {...}.
std::string to_string(const json_value& value);

class json_row {
public:
  json_row();
  // A copy shares nothing: it has read no row yet.
  json_row(const json_row& other);
  json_row& operator=(const json_row& other);
  ~json_row();

  // Reads the values of the members called `names`; others are passed over. False, with the reason
  // in `cause`, if `line` is not one JSON object or has one of these members twice.
  // REQUIRES: values.size() == names.size().
  bool read(std::string_view line, std::span<const std::string_view> names,
            std::span<json_value> values, std::string& cause);

private:
  struct parser;
  std::unique_ptr<parser> parser_;  // Made for the first row.
};

}  // namespace weir
