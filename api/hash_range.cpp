// SPDX-License-Identifier: Apache-2.0
// The failing side of api/hash_range.hpp, kept out of the inlined lookups.
#include "api/hash_range.hpp"

#include <string>

#include "api/operator.hpp"

namespace weir {

void fail_misrouted_key(std::uint64_t hash) {
  throw task_failure{
      {error_code::user_function,
       "look up the state of a key: its hash " + std::to_string(hash) +
           " belongs to another subtask; a key function must give a record the same key every "
           "time, so it must not depend on anything but the record"}};
}

}  // namespace weir
