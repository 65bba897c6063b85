// SPDX-License-Identifier: Apache-2.0
// Stores in files: the one door to RocksDB.
//
// A process has a directory to itself, <directory>/weir-rocksdb-<user id>-<n>, under a lock; a
// store is a RocksDB database in it, without a log, as nothing here has to survive. What a killed
// process has left is removed when the next one of its user starts. All databases share one block
// cache, which also bounds what they buffer before writing.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "api/entry_store.hpp"
#include "api/file_system.hpp"

namespace weir {

class rocksdb_stores final : public entry_stores {
public:
  // `files` is the real file system and outlives this.
  explicit rocksdb_stores(file_system& files);
  // Whatever views still live; the directory is removed with the last of them.
  ~rocksdb_stores() override;

  result<std::unique_ptr<entry_store>> open(const entry_store_settings& settings,
                                            const std::string& name) override;

private:
  struct machinery;

  file_system& files_;
  std::mutex guard_;
  std::shared_ptr<machinery> machinery_;  // Null until the first store is opened.
};

}  // namespace weir
