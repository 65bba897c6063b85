// SPDX-License-Identifier: Apache-2.0
// The contract between typed state and what keeps it.
//
// State is typed where it is used: operators and state handles work on tables of `Key -> T`
// (api/flat_table.hpp). A backend only knows tables by name and gives them memory, so it stays free
// of templates. One backend serves one operator instance and is used by one task at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include "api/error.hpp"
#include "api/key_group.hpp"
#include "api/snapshot.hpp"
#include "api/type_notes.hpp"

namespace weir {

class cold_space;  // api/cold_space.hpp

// Memory for tables: zeroed; from 2 MiB on aligned to huge pages and asked to use them. What a
// snapshot shares with a table is released when it is written, maybe by another thread and after
// the table has gone; memory that a std::shared_ptr owns lives until then.
class page_memory : public std::enable_shared_from_this<page_memory> {
public:
  virtual ~page_memory() = default;
  // Never null: running out of memory stops the process. `release` takes the same size. Both may be
  // called by several threads.
  virtual void* allocate(std::size_t bytes) = 0;
  // The same with any content. Cheaper for memory that comes and goes, which need not be cleared.
  virtual void* allocate_unset(std::size_t bytes) { return allocate(bytes); }
  virtual void release(void* memory, std::size_t bytes) noexcept = 0;
  // How much is allocated now.
  virtual std::size_t bytes_in_use() const noexcept = 0;

  // From here on, what is allocated for entries gets a number (see content_name) and keeps track of
  // what changes in it, for snapshots that leave out what has not changed.
  // REQUIRES: nothing has been allocated. These three are called by the tables' task.
  void track_changes() noexcept { tracks_changes_ = true; }
  bool tracks_changes() const noexcept { return tracks_changes_; }
  std::uint64_t next_array_number() noexcept { return ++arrays_numbered_; }

private:
  bool tracks_changes_ = false;
  std::uint64_t arrays_numbered_ = 0;
};

// One named table of an operator instance.
class state_table {
public:
  virtual ~state_table() = default;
  virtual std::size_t entries() const = 0;

  virtual table_schema schema() const { return {}; }
  // What the program knows of an entry besides: how one of a former type becomes one.
  virtual type_notes notes() const { return {}; }
  // The entries as they are now. The table may change at once.
  virtual std::unique_ptr<frozen_table> freeze() { return nullptr; }
  // What is in the backend's store and may stay there, if a snapshot need not stand alone; `freeze`
  // then has the rest. None: there is nothing, or `freeze` has all the same.
  virtual std::optional<stored_range> stored() const { return std::nullopt; }
  virtual std::unique_ptr<frozen_table> freeze_rest() { return freeze(); }
  // Begins with what the backend's store has already. False: that cannot be, all must be loaded.
  // REQUIRES: the table is empty; it was another's `stored`, with the same schema().
  virtual bool begin_with(const stored_range&) { return false; }
  // Adds the entries of a block that belong to this subtask's key groups; the others are left out.
  // REQUIRES: the block was written with this table's schema().
  virtual status load(const state_block&) { return {}; }
  // Before the first load: there will be so many entries.
  virtual void expect(std::size_t entries) { static_cast<void>(entries); }
  // After the last load: parts of the table that consist of numbered blocks and nothing else. They
  // are called so until they change.
  virtual std::vector<loaded_part> name_loaded() { return {}; }
};

class state_backend {
public:
  virtual ~state_backend() = default;

  virtual page_memory& memory() = 0;
  // Where tables may keep what is too much for memory; null: nowhere.
  virtual cold_space* cold() { return nullptr; }
  // The key groups that live here.
  virtual key_group_range key_groups() const = 0;
  virtual std::uint32_t max_parallelism() const = 0;

  // Files `table` under `name`; the backend owns it from here on. Restores it, if there is a
  // checkpoint to restore from: throws task_failure when that cannot be.
  // REQUIRES: no table has that name; two states of one operator with one name are an error that
  // the caller reports with both types.
  virtual state_table& adopt(std::string name, std::unique_ptr<state_table> table) = 0;
  virtual bool has_table(const std::string& name) const = 0;
  virtual std::vector<std::string> table_names() const = 0;
};

}  // namespace weir
