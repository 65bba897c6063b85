// SPDX-License-Identifier: Apache-2.0
// Any text as a schema and any text as the JSON of a value of it: refused, or encoded as a value
// that can be read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "state/json_encoding.hpp"
#include "state/message_type.hpp"
#include "state/schema.hpp"
#include "state/schema_value.hpp"

// The schema ends at the first line end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const auto text = input.substr(0, input.find('\n'));
  auto of = weir::parse_schema(text);
  if (!of) return 0;
  weir::learn_messages(*of);
  const auto json = input.substr(text.size() == size ? size : text.size() + 1);
  std::string encoded;
  if (!weir::encode_json(encoded, *of, json)) return 0;
  std::string shown;
  std::string_view rest = encoded;
  WEIR_ASSERT(weir::append_value(shown, *of, rest).ok());
  WEIR_ASSERT(rest.empty());
  return 0;
}
