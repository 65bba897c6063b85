// SPDX-License-Identifier: Apache-2.0
// Names of runs; see coordination/testing/run_changes.hpp.
#include "coordination/testing/run_changes.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "coordination/simulation/fault_plan.hpp"

namespace weir {

namespace {

constexpr std::string_view crash_prefix = "crash-tm-";
constexpr std::string_view delay_prefix = "delay-";

template <class Number>
std::optional<Number> number_of(std::string_view digits) {
  Number value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc{} || end != digits.data() + digits.size() || value == 0) {
    return std::nullopt;
  }
  return value;
}

std::optional<run_change> change_of(std::string_view text) {
  run_change change;
  if (text.starts_with(crash_prefix)) {
    change.what = run_change::kind::crash;
    text.remove_prefix(crash_prefix.size());
  } else if (text.starts_with(delay_prefix)) {
    text.remove_prefix(delay_prefix.size());
  } else {
    return std::nullopt;
  }
  const auto at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto number = number_of<std::uint32_t>(text.substr(0, at));
  const auto step = number_of<std::uint64_t>(text.substr(at + 1));
  if (!number || !step) return std::nullopt;
  change.number = *number;
  change.step = *step;
  return change;
}

}  // namespace

std::string to_string(const run_changes& changes) {
  if (changes.empty()) return "base";
  std::string name;
  for (const auto& each : changes) {
    if (!name.empty()) name += ",";
    name += each.what == run_change::kind::crash ? crash_prefix : delay_prefix;
    name += std::to_string(each.number) + "@" + std::to_string(each.step);
  }
  return name;
}

result<run_changes> run_changes_of(const std::string& name) {
  run_changes changes;
  if (name == "base") return changes;
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find(',', begin), name.size());
    const auto change = change_of(std::string_view{name}.substr(begin, end - begin));
    if (!change || (!changes.empty() && *change <= changes.back())) {
      return error{error_code::invalid_argument,
                   "'" + name +
                       "' is no name of a run; one is 'base', or changes in the order of their "
                       "steps, as in crash-tm-1@12,delay-2@40"};
    }
    changes.push_back(*change);
    begin = end + 1;
  }
  return changes;
}

std::string line_of(const run_change& change) {
  const auto step = std::to_string(change.step);
  if (change.what == run_change::kind::crash) {
    return "before step " + step + ": crash " + process_name(change.number);
  }
  return "at step " + step + ": " +
         (change.number == 1
              ? "the actor that has waited longest waits"
              : "the " + std::to_string(change.number) + " actors that have waited longest wait") +
         " for another turn";
}

}  // namespace weir
