// SPDX-License-Identifier: Apache-2.0
// Which ends of connections a user wants to hear of.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "api/error.hpp"

namespace weir {

// Passes on what went wrong: not that a side has said goodbye, nor that one of two connections that
// two processes have made at once was the one too many.
inline std::function<void(const error&)> worth_telling(
    std::function<void(const std::string&)> report) {
  return [report = std::move(report)](const error& why) {
    if (why.code != error_code::cancelled && why.code != error_code::in_use) report(why.message);
  };
}

}  // namespace weir
