// SPDX-License-Identifier: Apache-2.0
// The name of one attempt to run a job, which no other attempt of any job has, and which tells
// which of two attempts is the later one even if different job managers began them.
//
// A job manager that takes over a checkpoint directory begins a life; lives are numbered by the
// directory (state/checkpoint_directory.hpp). Files carry the token, or the life and the attempt:
// what a task of a former attempt still writes or removes, long after the job went on without it,
// is never of a later one.
//
//   token := directory life attempt claim      16, 8, 8 and 8 hexadecimal digits
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/ids.hpp"

namespace weir {

struct attempt_token {
  std::uint64_t directory = 0;  // Drawn when it was first used: lives of two are not in order.
  std::uint32_t life = 0;       // From 1; 0: there is no directory, or it is not known.
  attempt_number attempt{};
  std::uint32_t claim = 0;  // Drawn for the life: the same directory may have been copied.
  friend bool operator==(const attempt_token&, const attempt_token&) = default;
};

std::string to_string(const attempt_token& token);
// None: it is no token, or one of Weir 0.1, which had 32 digits and no life.
std::optional<attempt_token> parse_attempt_token(std::string_view text);

// Whether `token` is known to be of a later attempt than `than`: of the same directory, in a later
// life, or with a higher number in the same.
bool is_later(const attempt_token& token, const attempt_token& than);

}  // namespace weir
