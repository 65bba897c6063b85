// SPDX-License-Identifier: Apache-2.0
// The text side of api/error.hpp.
#include "api/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace weir {

std::string_view to_string(error_code code) {
  switch (code) {
    case error_code::invalid_argument:
      return "invalid argument";
    case error_code::not_found:
      return "not found";
    case error_code::permission_denied:
      return "permission denied";
    case error_code::malformed_record:
      return "malformed record";
    case error_code::corrupt_data:
      return "corrupt data";
    case error_code::io_failure:
      return "input/output failure";
    case error_code::plan_error:
      return "plan error";
    case error_code::user_function:
      return "user function";
    case error_code::cancelled:
      return "cancelled";
    case error_code::internal:
      return "internal error";
    case error_code::in_use:
      return "in use";
    case error_code::poison_record:
      return "poison record";
  }
  return "unknown";
}

error within(std::string_view activity, error cause) {
  cause.message = std::string{activity} + ": " + cause.message;
  return cause;
}

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "weir: broken invariant at %s:%d: %s\n", file, line, condition);
  std::abort();
}

}  // namespace weir
