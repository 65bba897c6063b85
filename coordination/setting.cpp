// SPDX-License-Identifier: Apache-2.0
// The table of settings and the four kinds of values; see coordination/setting.hpp.
#include "coordination/setting.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <system_error>
#include <vector>

#include "coordination/suggestion.hpp"

namespace weir {

namespace {

constexpr std::string_view max_parallelism_key = "pipeline.max-parallelism";

constexpr std::array all_settings{
    setting{"parallelism.default", "subtasks of an operator that sets none",
            number_setting{&job_options::parallelism, 1, highest_max_parallelism,
                           &job_options::max_parallelism}},
    setting{max_parallelism_key, "key groups; fixed for the life of the state",
            number_setting{&job_options::max_parallelism, 1, highest_max_parallelism}},
    setting{"pipeline.operator-chaining", "run neighbouring operators in one task",
            switch_setting{&job_options::operator_chaining}},
    setting{"pipeline.require-uids", "require a uid of every operator with state",
            switch_setting{&job_options::require_uids}},
    setting{"taskmanager.count", "task managers of the job",
            number_setting{&job_options::task_managers, 1, 1024}},
    setting{"taskmanager.numberOfTaskSlots", "slots of each; 0 is as many as needed",
            number_setting{&job_options::slots_per_task_manager, 0, 1024}},
    setting{"taskmanager.threads", "worker threads of a process; 0 is one a core",
            number_setting{&job_options::threads, 0, 1024}},
    setting{"taskmanager.network.credits", "batches under way in one channel",
            number_setting{&job_options::credit_window, 2, 64}},
    setting{"execution.seed", "makes random choices repeatable", seed_setting{&job_options::seed}},
    setting{"progress.enabled", "whether progress is reported",
            switch_setting{&job_options::progress}},
    setting{"progress.interval", "how often progress is reported",
            duration_setting{&job_options::progress_interval, std::chrono::milliseconds{10},
                             std::chrono::hours{1}}},
};

template <class... Case>
struct overloaded : Case... {
  using Case::operator()...;
};
template <class... Case>
overloaded(Case...) -> overloaded<Case...>;

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool assign_value(const number_setting& number, std::string_view text, job_options& options) {
  const auto parsed = parse_integer<std::uint32_t>(text);
  if (!parsed) return false;
  const bool in_range = number.min <= *parsed && *parsed <= number.max;
  if (!in_range && number.limit == nullptr) return false;
  options.*number.field = *parsed;
  return true;
}

bool assign_value(const switch_setting& flag, std::string_view text, job_options& options) {
  if (text != "true" && text != "false") return false;
  options.*flag.field = text == "true";
  return true;
}

bool assign_value(const duration_setting& span, std::string_view text, job_options& options) {
  const auto parsed = parse_duration(text);
  if (!parsed || *parsed < span.min || *parsed > span.max) return false;
  options.*span.field = *parsed;
  return true;
}

bool assign_value(const seed_setting& seed, std::string_view text, job_options& options) {
  const auto parsed = parse_integer<std::uint64_t>(text);
  if (!parsed && text != "none") return false;
  options.*seed.field = parsed;
  return true;
}

status check_range(const setting& which, const job_options& options) {
  bool in_range = true;
  std::string bounds;
  if (const auto* number = std::get_if<number_setting>(&which.value)) {
    const auto value = options.*number->field;
    in_range = number->limit != nullptr || (number->min <= value && value <= number->max);
    bounds = std::to_string(number->min) + " and " + std::to_string(number->max);
  } else if (const auto* span = std::get_if<duration_setting>(&which.value)) {
    const auto value = options.*span->field;
    in_range = span->min <= value && value <= span->max;
    bounds = to_string(span->min) + " and " + to_string(span->max);
  }
  if (in_range) return {};
  return error{
      error_code::invalid_argument,
      std::string{which.key} + " " + value_text(which, options) + ": must be between " + bounds};
}

}  // namespace

std::span<const setting> settings() { return all_settings; }

const setting* find_setting(std::string_view key) {
  const auto found = std::find_if(all_settings.begin(), all_settings.end(),
                                  [&](const setting& each) { return each.key == key; });
  return found == all_settings.end() ? nullptr : &*found;
}

std::string key_proposal(std::string_view unknown_key, std::string_view quote) {
  std::vector<std::string_view> keys;
  for (const setting& each : all_settings) keys.push_back(each.key);
  const std::string proposal = did_you_mean(unknown_key, keys, quote);
  return proposal.empty() ? "; --help lists the keys" : proposal;
}

std::string range_text(const setting& which) {
  return std::visit(overloaded{[](const number_setting& number) {
                                 return std::to_string(number.min) + " to " +
                                        std::to_string(number.max);
                               },
                               [](const switch_setting&) { return std::string{"true or false"}; },
                               [](const duration_setting& span) {
                                 return to_string(span.min) + " to " + to_string(span.max);
                               },
                               [](const seed_setting&) { return std::string{"none, or from 0"}; }},
                    which.value);
}

std::string allowed_values(const setting& which) {
  return std::visit(
      overloaded{[](const number_setting& number) {
                   return "an integer between " + std::to_string(number.min) + " and " +
                          std::to_string(number.max);
                 },
                 [](const switch_setting&) { return std::string{"true or false"}; },
                 [](const duration_setting& span) {
                   return "a duration such as 500ms between " + to_string(span.min) + " and " +
                          to_string(span.max);
                 },
                 [](const seed_setting&) { return std::string{"none or an integer from 0"}; }},
      which.value);
}

std::string value_text(const setting& which, const job_options& options) {
  return std::visit(
      overloaded{
          [&](const number_setting& number) { return std::to_string(options.*number.field); },
          [&](const switch_setting& flag) {
            return std::string{options.*flag.field ? "true" : "false"};
          },
          [&](const duration_setting& span) { return to_string(options.*span.field); },
          [&](const seed_setting& seed) {
            const auto& value = options.*seed.field;
            return value ? std::to_string(*value) : std::string{"none"};
          }},
      which.value);
}

status assign(const setting& which, std::string_view text, job_options& options) {
  const bool assigned =
      std::visit([&](const auto& kind) { return assign_value(kind, text, options); }, which.value);
  if (assigned) return {};
  return error{error_code::invalid_argument,
               "'" + std::string{text} + "' is not " + allowed_values(which)};
}

status check(const job_options& options) {
  for (const setting& each : all_settings) {
    if (auto checked = check_range(each, options); !checked) return checked;
  }
  if (1 <= options.parallelism && options.parallelism <= options.max_parallelism) return {};
  return error{error_code::invalid_argument, "parallelism " + std::to_string(options.parallelism) +
                                                 ": must be between 1 and " +
                                                 std::to_string(options.max_parallelism) + " (" +
                                                 std::string{max_parallelism_key} + ")"};
}

}  // namespace weir
