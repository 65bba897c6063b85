// SPDX-License-Identifier: Apache-2.0
// Stores that are ordered maps: what the simulation uses instead of RocksDB, whose threads and
// files it could neither control nor replay, and what tests compare RocksDB with.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/entry_store.hpp"

namespace weir {

class map_store final : public entry_store {
public:
  status read(std::string_view begin, std::string_view end, std::size_t most,
              std::vector<stored_entry>& into) override;
  result<bool> get(std::string_view key, std::string& value) override;
  status put(std::string_view key, std::string_view value) override;
  status remove(std::string_view key) override;
  status commit() override { return {}; }
  status remove_range(std::string_view begin, std::string_view end) override;
  // A copy.
  std::unique_ptr<entry_view> view() override;

  std::size_t size() const { return entries_.size(); }

private:
  std::map<std::string, std::string, std::less<>> entries_;
};

class map_stores final : public entry_stores {
public:
  result<std::unique_ptr<entry_store>> open(const entry_store_settings&,
                                            const std::string&) override {
    return std::unique_ptr<entry_store>{std::make_unique<map_store>()};
  }
};

}  // namespace weir
