// SPDX-License-Identifier: Apache-2.0
// Opens stores with the files of a checkpoint: with their copies in a local backup where there are,
// with those in the checkpoint directory where not, or where a store finds a copy damaged.
#pragma once

#include <string>
#include <vector>

#include "api/entry_store.hpp"
#include "state/local_first_files.hpp"

namespace weir {

class local_first_stores final : public entry_stores {
public:
  // Both outlive this. REQUIRES: one thread at a time opens stores with files.
  local_first_stores(entry_stores& stores, local_first_files& files)
      : stores_{&stores}, files_{&files} {}

  std::string format() const override { return stores_->format(); }
  using entry_stores::open;
  result<std::unique_ptr<entry_store>> open(const entry_store_settings& settings,
                                            const std::string& name,
                                            const std::vector<store_file>& files) override;

private:
  entry_stores* stores_;
  local_first_files* files_;
};

}  // namespace weir
