// SPDX-License-Identifier: Apache-2.0
// The contract of an ordered store of bytes: where tables keep the entries that they do not hold in
// memory (api/cold_space.hpp). Keys are ordered as strings of unsigned bytes. RocksDB fulfils it
// with files (state/rocksdb_store.hpp), an ordered map in tests and in the simulation.
//
// It is a working memory and no place of safety: what survives a failure is the checkpoint. Nothing
// here is durable; but the files that a store had at one moment can become a part of a checkpoint
// (frozen_store), and another store can begin with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"

namespace weir {

struct stored_entry {
  std::string key;
  std::string value;
  friend bool operator==(const stored_entry&, const stored_entry&) = default;
};

// Entries as they were at one moment. Used by one thread at a time; it may outlive its store.
class entry_view {
public:
  virtual ~entry_view() = default;
  // Sets `into` to the first `most` entries of [begin, end), in order.
  virtual status read(std::string_view begin, std::string_view end, std::size_t most,
                      std::vector<stored_entry>& into) = 0;
};

// One of the files of a store; does not change.
struct store_file {
  std::string name;  // Within its store. Has no '/'.
  std::string path;  // Where it is.
  std::uint64_t bytes = 0;
  // Whatever the same store has under this name later is the same.
  bool is_final = false;
  friend bool operator==(const store_file&, const store_file&) = default;
};

// A store as it was at one moment, as files. Used by one thread at a time; may outlive its store.
class frozen_store {
public:
  virtual ~frozen_store() = default;
  // All that another store needs to begin as this one was: durable, and there until this object
  // goes. May take a while; the store waits for it when it is to change.
  virtual result<std::vector<store_file>> files() = 0;
};

// Errors name the store's directory. Used by one thread at a time.
class entry_store : public entry_view {
public:
  // Sets `value` if the key is there, and says whether it is.
  virtual result<bool> get(std::string_view key, std::string& value) = 0;
  // What `put` and `remove` take note of is done by `commit`, at the latest; a long row of them
  // need not fit into memory. REQUIRES: nothing but these three is called in between.
  virtual status put(std::string_view key, std::string_view value) = 0;
  virtual status remove(std::string_view key) = 0;
  virtual status commit() = 0;
  // Removes what is in [begin, end).
  virtual status remove_range(std::string_view begin, std::string_view end) = 0;
  // The entries as they are now, to be read, and to be kept.
  virtual std::unique_ptr<entry_view> view() = 0;
  virtual std::unique_ptr<frozen_store> freeze() = 0;
};

// What a process has for its stores.
struct entry_store_settings {
  std::string directory;     // Where stores have their files; empty: the system's temporary one.
  std::uint64_t memory = 0;  // Of all stores of the process together, in bytes.
  friend bool operator==(const entry_store_settings&, const entry_store_settings&) = default;
};

// Opens the stores of a process. Thread-safe.
class entry_stores {
public:
  virtual ~entry_stores() = default;
  // Says what the files of these stores are: "rocksdb". Only stores of the same can begin with
  // them.
  virtual std::string format() const = 0;
  // A new store: with what the store had whose files these are, all of one frozen_store, or empty
  // if there are none. They stay as they are and are not needed afterwards. `name` says in errors
  // what the store is for. What it keeps is gone with it, its views and what was frozen. The
  // settings are those of the first call. Damaged files are error_code::corrupt_data.
  virtual result<std::unique_ptr<entry_store>> open(const entry_store_settings& settings,
                                                    const std::string& name,
                                                    const std::vector<store_file>& files) = 0;
  result<std::unique_ptr<entry_store>> open(const entry_store_settings& settings,
                                            const std::string& name) {
    return open(settings, name, {});
  }
};

}  // namespace weir
