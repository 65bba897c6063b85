// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a window, in words.
#include "api/window.hpp"

#include <string>

namespace weir {
namespace {

// Keeps every sum of a time and a size far from the ends of the clock.
constexpr duration longest_window = std::chrono::hours{24} * 365 * 10'000;

error not_a_window(const std::string& subject, const std::string& remedy) {
  return {error_code::plan_error, subject + ": " + remedy};
}

std::optional<error> problem_of_length(const std::string& subject, std::string_view what,
                                       duration length) {
  if (length <= duration::zero()) {
    return not_a_window(subject, "the " + std::string{what} + " must be positive");
  }
  if (length > longest_window) {
    return not_a_window(subject, "the " + std::string{what} + " must be at most 10000 years");
  }
  return std::nullopt;
}

}  // namespace

std::optional<error> window_options::problem() const {
  const std::string subject = "an allowed lateness of " + to_string(allowed_lateness);
  if (allowed_lateness < duration::zero()) return not_a_window(subject, "it must not be negative");
  if (allowed_lateness <= longest_window) return std::nullopt;
  return not_a_window(subject, "it must be at most 10000 years");
}

std::optional<error> tumbling_windows::problem() const {
  return problem_of_length("a window of size " + to_string(size), "size", size);
}

std::optional<error> sliding_windows::problem() const {
  const std::string subject =
      "a window of size " + to_string(size) + " that slides by " + to_string(slide);
  if (auto wrong = problem_of_length(subject, "size", size)) return wrong;
  if (auto wrong = problem_of_length(subject, "slide", slide)) return wrong;
  if (slide <= size) return std::nullopt;
  return not_a_window(subject,
                      "the slide must be at most the size, or records between the windows would "
                      "be lost; filter the stream if that is meant");
}

std::optional<error> session_windows::problem() const {
  return problem_of_length("a session window with a gap of " + to_string(gap), "gap", gap);
}

}  // namespace weir
