// SPDX-License-Identifier: Apache-2.0
// See state/checking_backend.hpp.
#include "state/checking_backend.hpp"

#include <utility>

namespace weir {

state_table& checking_backend::adopt(std::string name, std::unique_ptr<state_table> table) {
  const auto& [filed_as, filed] = file(std::move(name), std::move(table));
  outcome of{filed_as, table_restore{}};
  if (restored() != nullptr) of.restored = restore_table(*restored(), filed_as, *filed);
  of.entries = filed->entries();
  outcomes_.push_back(std::move(of));
  return *filed;
}

}  // namespace weir
