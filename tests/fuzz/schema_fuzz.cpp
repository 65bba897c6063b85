// SPDX-License-Identifier: Apache-2.0
// Any text as a schema and any bytes as a value of it: refused, or read without reaching beyond.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/schema_text.hpp"
#include "state/message_type.hpp"
#include "state/schema.hpp"
#include "state/schema_value.hpp"

// The text ends at the first line end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const auto text = input.substr(0, input.find('\n'));
  auto of = weir::parse_schema(text);
  if (!of) return 0;
  WEIR_ASSERT(of->text == weir::without_descriptors(text));
  WEIR_ASSERT(weir::without_descriptors(of->text) == of->text);
  WEIR_ASSERT(weir::parse_schema(of->text).ok());
  weir::learn_messages(*of);
  std::string_view rest = input.substr(text.size() == size ? size : text.size() + 1);
  const std::size_t before = rest.size();
  std::string json;
  const auto written = weir::append_value(json, *of, rest);
  WEIR_ASSERT(rest.size() <= before);
  // A value has at least one byte, and its JSON at least one character.
  WEIR_ASSERT(!written || (rest.size() < before && !json.empty()));
  return 0;
}
