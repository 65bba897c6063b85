// SPDX-License-Identifier: Apache-2.0
// Stores in files: the one door to RocksDB.
//
// A process has a directory to itself, <directory>/weir-rocksdb-<user id>-<n>, under a lock; a
// store is a RocksDB database in it, without a log, as nothing here has to survive. What a killed
// process has left is removed when the next one of its user starts. All databases share one block
// cache, which also bounds what they buffer before writing.
//
// What a store was when it was frozen is RocksDB's checkpoint: links to its files of sorted runs,
// which never change, and a copy of the little that says which those are. It is made when somebody
// wants it or before the store changes, whichever comes first, so that freezing itself takes no
// time. RocksDB notes a checksum of each file in its manifest; all are verified when another store
// begins with them.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/entry_store.hpp"
#include "api/file_system.hpp"

namespace weir {

class rocksdb_stores final : public entry_stores {
public:
  // `files` is the real file system and outlives this.
  explicit rocksdb_stores(file_system& files);
  // Whatever views still live; the directory is removed with the last of them.
  ~rocksdb_stores() override;

  std::string format() const override { return "rocksdb"; }
  using entry_stores::open;
  result<std::unique_ptr<entry_store>> open(const entry_store_settings& settings,
                                            const std::string& name,
                                            const std::vector<store_file>& files) override;

private:
  struct machinery;

  file_system& files_;
  std::mutex guard_;
  std::shared_ptr<machinery> machinery_;  // Null until the first store is opened.
};

// An entry_stores_maker. `files` as above.
std::unique_ptr<entry_stores> make_rocksdb_stores(file_system& files);

}  // namespace weir
