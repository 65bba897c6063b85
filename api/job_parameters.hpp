// SPDX-License-Identifier: Apache-2.0
// What the user of a job may set without compiling it again: `-P input=book.txt`.
//
// A value that cannot be read as its type is a `problem()`, reported before the job starts, so that
// the program that builds the job need not handle it.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

class job_parameters {
public:
  explicit job_parameters(std::map<std::string, std::string> given = {});

  // The value given for `name`, or `fallback`: also when the value cannot be read, which makes a
  // problem().
  std::string get(const std::string& name, std::string fallback);
  bool get(const std::string& name, bool fallback);  // true, false, 1, 0.
  event_time get(const std::string& name, event_time fallback);
  duration get(const std::string& name, duration fallback);
  double get(const std::string& name, double fallback);
  template <std::integral T>
  T get(const std::string& name, T fallback) {
    if constexpr (std::is_signed_v<T>) {
      constexpr std::int64_t least = std::numeric_limits<T>::min();
      return static_cast<T>(get_signed(name, fallback, least, std::numeric_limits<T>::max()));
    } else {
      return static_cast<T>(get_unsigned(name, fallback, std::numeric_limits<T>::max()));
    }
  }

  // The first value that could not be read.
  const std::optional<error>& problem() const { return problem_; }
  // The names that were given and never asked for, sorted: perhaps misspelt.
  std::vector<std::string> unread() const;
  // The names that were asked for, sorted.
  const std::set<std::string>& known() const { return known_; }

private:
  // Null when nothing was given.
  const std::string* find(const std::string& name);
  void refuse(const std::string& name, const std::string& value, const std::string& reason);
  std::int64_t get_signed(const std::string& name, std::int64_t fallback, std::int64_t least,
                          std::int64_t greatest);
  std::uint64_t get_unsigned(const std::string& name, std::uint64_t fallback,
                             std::uint64_t greatest);

  std::map<std::string, std::string> given_;
  std::set<std::string> known_;
  std::optional<error> problem_;
};

}  // namespace weir
