// SPDX-License-Identifier: Apache-2.0
// Whether, and how, the keyed state of a job may be larger than memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/cold_space.hpp"
#include "api/entry_store.hpp"

namespace weir {

struct spilling_terms {
  bool is_on = false;
  // Of the entries of one operator instance; with more, they go to its store.
  std::uint64_t most_bytes_in_memory = 0;
  entry_store_settings store;
};

// For the operator instance of that name; null: its state is in memory and nowhere else.
inline std::unique_ptr<cold_space> make_cold_space(const spilling_terms& terms,
                                                   entry_stores* stores, const std::string& name) {
  if (stores == nullptr || !terms.is_on) return nullptr;
  return std::make_unique<cold_space>(*stores, terms.store,
                                      static_cast<std::size_t>(terms.most_bytes_in_memory), name);
}

}  // namespace weir
