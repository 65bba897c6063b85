// SPDX-License-Identifier: Apache-2.0
// Any text as the schema that a value was saved by, any other as the present one, and any bytes as
// the value: refused, or made into a value of the present schema.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "state/schema.hpp"
#include "state/schema_evolution.hpp"
#include "state/schema_value.hpp"

namespace {

std::string_view line_of(std::string_view& input) {
  const auto line = input.substr(0, input.find('\n'));
  input.remove_prefix(line.size() == input.size() ? line.size() : line.size() + 1);
  return line;
}

// Every field's default is a zero byte, which is a value of one byte alone.
weir::type_notes notes_of(const weir::schema& of) {
  weir::type_notes notes;
  notes.default_of = [](std::size_t) { return std::optional<std::string>{std::string(1, '\0')}; };
  for (const auto& part : of.parts) notes.parts.push_back(notes_of(part));
  return notes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const std::string saved{line_of(input)};
  const std::string now{line_of(input)};
  const auto of = weir::parse_schema(now);
  if (!of) return 0;
  const auto plan = weir::plan_evolution(saved, {now, notes_of(*of)});
  if (!plan) return 0;
  bool has_new_fields = false;
  for (const auto& change : plan->changes) has_new_fields |= change.starts_with('+');
  std::string evolved;
  const std::size_t before = input.size();
  const auto converted = weir::convert(plan->step, input, evolved);
  WEIR_ASSERT(input.size() <= before);
  if (!converted || has_new_fields) return 0;
  // What was copied unseen may have marks that are none; nothing else can be wrong with it.
  std::string json;
  std::string_view rest = evolved;
  const auto written = weir::append_value(json, *of, rest);
  WEIR_ASSERT(!written || rest.empty());
  return 0;
}
