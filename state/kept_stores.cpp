// SPDX-License-Identifier: Apache-2.0
// See state/kept_stores.hpp.
#include "state/kept_stores.hpp"

namespace weir {

result<entry_view*> kept_stores::open(const snapshot_reader& file, const operator_entry& of) {
  auto& opened = opened_[{file.path(), of.id}];
  if (opened != nullptr) return static_cast<entry_view*>(opened.get());
  if (of.store_format != stores_->format()) {
    return error{error_code::invalid_argument,
                 file.path() + ": operator " + of.name + " has its state in files of " +
                     of.store_format + ", and only those of " + stores_->format() +
                     " can be read here; have the job that wrote it take a savepoint"};
  }
  auto made = stores_->open(settings_, of.name, file.store_of(of));
  if (!made) return within(file.path() + ": operator " + of.name, made.failure());
  opened = *std::move(made);
  return static_cast<entry_view*>(opened.get());
}

}  // namespace weir
