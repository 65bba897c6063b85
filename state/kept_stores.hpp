// SPDX-License-Identifier: Apache-2.0
// The stores whose files belong to a checkpoint, opened to be read: each once, when somebody asks
// for it first, and until this object goes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "api/entry_store.hpp"
#include "api/error.hpp"
#include "state/snapshot_reader.hpp"

namespace weir {

// Used by one thread at a time.
class kept_stores {
public:
  // `stores` outlives this.
  kept_stores(entry_stores& stores, entry_store_settings settings)
      : stores_{&stores}, settings_{std::move(settings)} {}

  // Of an operator of that file. Good as long as this is.
  // REQUIRES: `of` is an entry of the file's operators(), and has a store.
  result<entry_view*> open(const snapshot_reader& file, const operator_entry& of);

private:
  entry_stores* stores_;
  entry_store_settings settings_;
  std::map<std::pair<std::string, operator_id>, std::unique_ptr<entry_store>> opened_;
};

}  // namespace weir
