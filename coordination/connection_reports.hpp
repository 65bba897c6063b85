// SPDX-License-Identifier: Apache-2.0
// Which ends of connections a user wants to hear of.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "api/error.hpp"

namespace weir {

// What went wrong is: not that a side has said goodbye, nor that one of two connections that two
// processes have made at once was the one too many.
inline bool is_worth_telling(const error& why) {
  return why.code != error_code::cancelled && why.code != error_code::in_use;
}

// Passes on what is.
inline std::function<void(const error&)> worth_telling(
    std::function<void(const std::string&)> report) {
  return [report = std::move(report)](const error& why) {
    if (is_worth_telling(why)) report(why.message);
  };
}

}  // namespace weir
