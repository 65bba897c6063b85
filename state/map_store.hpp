// SPDX-License-Identifier: Apache-2.0
// Stores that are ordered maps: what the simulation uses instead of RocksDB, whose threads and
// files it could neither control nor replay, and what tests compare RocksDB with.
//
// As files such a store is a row of runs, each with what has changed since the one before:
//
//   file  := checksum: u32              // CRC32C of the rest
//            changes: list of (key: string, value: optional string)   // none: it was removed
//
// A row that has become long is written anew, as one run of all there is.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/entry_store.hpp"
#include "api/file_system.hpp"

namespace weir {

class scratch_directory;

class map_store final : public entry_store {
public:
  using map = std::map<std::string, std::string, std::less<>>;
  // A file of the store; removed with the last that knows it.
  class run;

  // Its files come into `directory`, which is there and has no others, and which `owner` keeps
  // there. `files` outlives the store and what is frozen of it.
  map_store(file_system& files, std::string directory, std::shared_ptr<void> owner = nullptr)
      : files_{&files}, directory_{std::move(directory)}, owner_{std::move(owner)} {}

  // Takes in what the bytes of a run say. Errors do not name it.
  status load(std::string_view bytes);

  status read(std::string_view begin, std::string_view end, std::size_t most,
              std::vector<stored_entry>& into) override;
  result<bool> get(std::string_view key, std::string& value) override;
  status put(std::string_view key, std::string_view value) override;
  status remove(std::string_view key) override;
  status commit() override { return {}; }
  status remove_range(std::string_view begin, std::string_view end) override;
  // A copy.
  std::unique_ptr<entry_view> view() override;
  // Writes a run.
  std::unique_ptr<frozen_store> freeze() override;

  std::size_t size() const { return entries_.size(); }

private:
  status write_run();

  map entries_;
  std::set<std::string, std::less<>> changed_;  // Since the newest run.
  std::vector<std::shared_ptr<run>> runs_;
  std::uint64_t next_run_ = 1;
  file_system* files_;
  std::string directory_;
  std::shared_ptr<void> owner_;
};

class map_stores final : public entry_stores {
public:
  // `files` outlives this.
  explicit map_stores(file_system& files);
  ~map_stores() override;

  std::string format() const override { return "map"; }
  using entry_stores::open;
  result<std::unique_ptr<entry_store>> open(const entry_store_settings& settings,
                                            const std::string& name,
                                            const std::vector<store_file>& files) override;

private:
  file_system& files_;
  std::mutex guard_;
  std::shared_ptr<scratch_directory> directory_;  // Null until the first store is opened.
  std::uint64_t stores_ = 0;                      // That were ever opened.
};

}  // namespace weir
