// SPDX-License-Identifier: Apache-2.0
// Reading job parameters as the types that a program asks for.
#include "api/job_parameters.hpp"

#include <charconv>
#include <utility>

namespace weir {

namespace {

template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

template <class T>
std::string not_an_integer_between(T least, T greatest) {
  return "is not an integer between " + std::to_string(least) + " and " + std::to_string(greatest);
}

}  // namespace

job_parameters::job_parameters(std::map<std::string, std::string> given)
    : given_{std::move(given)} {}

std::string job_parameters::get(const std::string& name, std::string fallback) {
  const std::string* value = find(name);
  return value != nullptr ? *value : fallback;
}

bool job_parameters::get(const std::string& name, bool fallback) {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  if (*value == "true" || *value == "1") return true;
  if (*value == "false" || *value == "0") return false;
  refuse(name, *value, "is not true or false");
  return fallback;
}

event_time job_parameters::get(const std::string& name, event_time fallback) {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  const result<event_time> read = parse_event_time(*value);
  if (read) return *read;
  refuse(name, *value, "is not a time (" + read.failure().message + ')');
  return fallback;
}

duration job_parameters::get(const std::string& name, duration fallback) {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  const result<duration> read = parse_duration(*value);
  if (read) return *read;
  refuse(name, *value, "is not a duration (" + read.failure().message + ')');
  return fallback;
}

double job_parameters::get(const std::string& name, double fallback) {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  if (const auto read = parse_number<double>(*value)) return *read;
  refuse(name, *value, "is not a number");
  return fallback;
}

std::int64_t job_parameters::get_signed(const std::string& name, std::int64_t fallback,
                                        std::int64_t least, std::int64_t greatest) {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  const auto read = parse_number<std::int64_t>(*value);
  if (read && least <= *read && *read <= greatest) return *read;
  refuse(name, *value, not_an_integer_between(least, greatest));
  return fallback;
}

std::uint64_t job_parameters::get_unsigned(const std::string& name, std::uint64_t fallback,
                                           std::uint64_t greatest) {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  const auto read = parse_number<std::uint64_t>(*value);
  if (read && *read <= greatest) return *read;
  refuse(name, *value, not_an_integer_between(std::uint64_t{0}, greatest));
  return fallback;
}

std::vector<std::string> job_parameters::unread() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : given_) {
    if (!known_.contains(name)) names.push_back(name);
  }
  return names;
}

const std::string* job_parameters::find(const std::string& name) {
  known_.insert(name);
  const auto found = given_.find(name);
  return found == given_.end() ? nullptr : &found->second;
}

void job_parameters::refuse(const std::string& name, const std::string& value,
                            const std::string& reason) {
  if (problem_) return;
  problem_ = error{error_code::invalid_argument, "job parameter " + name + ": '" + value + "' " +
                                                     reason + "; set it with -P " + name + "=..."};
}

}  // namespace weir
