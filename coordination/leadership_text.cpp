// SPDX-License-Identifier: Apache-2.0
// The grammar of coordination/leadership_text.hpp, line by line.
#include "coordination/leadership_text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace weir {

namespace {

constexpr std::string_view first_line = "weir leadership 1";
constexpr std::string_view leads = "leads";
constexpr std::string_view resigned = "resigned";

// Takes a line off the front; none if no line ends.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name) {
  auto line = take_line(text);
  if (!line || !line->starts_with(name)) return std::nullopt;
  line->remove_prefix(name.size());
  std::uint64_t number = 0;
  const auto* const last = line->data() + line->size();
  const auto [end, failed] = std::from_chars(line->data(), last, number);
  if (failed != std::errc{} || end != last || std::to_string(number) != *line) return std::nullopt;
  return number;
}

error corrupt(const std::string& what) {
  return {error_code::corrupt_data, "no leadership that Weir has written: " + what};
}

}  // namespace

std::string encode_leadership(const leadership& of) {
  WEIR_ASSERT(of.term != 0 && !of.holder.empty());
  return std::string{first_line} + "\nterm " + std::to_string(of.term) + "\nbeat " +
         std::to_string(of.beat) + "\n" + std::string{of.has_resigned ? resigned : leads} + "\n" +
         of.holder;
}

result<leadership> decode_leadership(std::string_view text) {
  if (take_line(text) != first_line) {
    return corrupt("it does not begin with \"" + std::string{first_line} + "\"");
  }
  const auto term = take_number(text, "term ");
  if (!term || *term == 0) return corrupt("its second line is not \"term\" and a number from 1");
  const auto beat = take_number(text, "beat ");
  if (!beat) return corrupt("its third line is not \"beat\" and a number");
  const auto state = take_line(text);
  if (state != leads && state != resigned) {
    return corrupt("its fourth line is neither \"leads\" nor \"resigned\"");
  }
  if (text.empty()) return corrupt("it names no holder");
  return leadership{
      .term = *term, .holder = std::string{text}, .beat = *beat, .has_resigned = state == resigned};
}

}  // namespace weir
