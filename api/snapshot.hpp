// SPDX-License-Identifier: Apache-2.0
// What a checkpoint holds of one operator, and how it comes back.
//
// 1. Keyed state is a set of named tables (api/state_backend.hpp). A table is frozen in the instant
//    of the barrier and written afterwards, block by block, by another thread. A block says which
//    key groups it holds, so that a subtask that owns others need not read it.
//    What does not change from one checkpoint to the next has a name, and is written once.
//    Entries that were not in memory may be left where they are, in the operator's store, whose
//    files then belong to the checkpoint (api/entry_store.hpp).
// 2. What is not keyed - positions of a source, output that a sink has prepared - is a part: bytes
//    with a name, written at once. After a restore every subtask is shown the parts of all former
//    subtasks and takes what is its own; so the parallelism may have changed.
// 3. Blocks and parts are made of encodings of api/codec.hpp, and the schemas stand beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/entry_store.hpp"
#include "api/error.hpp"
#include "api/ids.hpp"
#include "api/key_group.hpp"
#include "api/schema_text.hpp"
#include "api/type_notes.hpp"

namespace weir {

// What a table's blocks consist of: encodings of `entry` one after the other.
struct table_schema {
  std::string kind;   // "keyed", "timers", "window-slices": what the table is to its operator.
  std::string entry;  // "pair{string,u64}", as codec<T>::schema() says it.
  // By what an entry is; how it can be read (api/schema_text.hpp) may differ.
  friend bool operator==(const table_schema& a, const table_schema& b) {
    return a.kind == b.kind && is_same_schema(a.entry, b.entry);
  }
};

// Names a part of a table at one moment. As long as the table lives, what has the same name is the
// same, whenever it was frozen.
struct content_name {
  std::uint64_t array = 0;  // From 1; no other array of the table's operator had or will have it.
  std::uint32_t extent = 0;
  std::uint32_t version = 0;
  friend bool operator==(const content_name&, const content_name&) = default;
};

// Some entries of a table.
struct state_block {
  key_group_range groups;     // All entries' keys are in one of these.
  std::uint64_t entries = 0;  // At least one.
  std::string bytes;
  std::optional<content_name> name{};  // What has that name consists of blocks with it.
  // Of one that is restored: which of the blocks it is that the snapshot's index has of the table,
  // from 1; 0: the table's next snapshot cannot refer to it.
  std::uint32_t number = 0;
};

// A part of a table that was loaded, as the table calls it now, and the blocks it consists of.
struct loaded_part {
  content_name name;
  std::vector<std::uint32_t> blocks;  // state_block::number.
};

// What an earlier checkpoint has of a table.
class known_content {
public:
  virtual ~known_content() = default;
  // True: it has what is called so, which becomes a part of the new snapshot as it is. False: all
  // of its blocks follow, if there are any.
  virtual bool takes(const content_name& name) = 0;
};

// About as many bytes as a block should have.
inline constexpr std::size_t state_block_size = 64 * 1024;

// A table as it was at one moment. Outlives nothing: it may be dropped at any time, and the table
// may be destroyed before it.
class frozen_table {
public:
  virtual ~frozen_table() = default;
  // The next block, in no particular but a repeatable order; none when all entries were in blocks
  // or in what `known` has taken. Called by one thread at a time, with the same `known`, while the
  // table's task goes on. A table may have no names; without `known` it needs none.
  virtual std::optional<state_block> next_block(known_content* known) = 0;
  std::optional<state_block> next_block() { return next_block(nullptr); }
  // Whether there were no more blocks because all had been returned, or because the others cannot
  // be read. Asked at the end.
  virtual status outcome() const { return {}; }
};

// What of a table is in its operator's store: all keys there that begin with `prefix`, but those of
// entries that are also in its blocks, which are newer.
struct stored_range {
  std::string prefix;         // See cold_space::open_range.
  std::uint64_t entries = 0;  // Those that count; at least one.
  friend bool operator==(const stored_range&, const stored_range&) = default;
};

// One table of a snapshot.
struct frozen_section {
  std::string name;
  table_schema schema;
  std::unique_ptr<frozen_table> content;
  std::optional<stored_range> stored{};
};

// Parts by name.
using state_parts = std::map<std::string, std::string>;

// Everything of one operator instance.
struct operator_snapshot {
  operator_id id;
  std::string name;  // "window-counts (2/4)", for messages.
  std::vector<frozen_section> tables;
  state_parts parts;
  std::unique_ptr<frozen_store> store{};  // Where what is `stored` is; null: nowhere.
  std::string store_format{};             // See entry_stores.

  bool has_state() const { return !tables.empty() || !parts.empty(); }
};

// A table that is being restored: its former schema, and its blocks one after the other.
class restored_table {
public:
  virtual ~restored_table() = default;
  virtual const table_schema& schema() const = 0;
  // The next block that may hold entries of the subtask's key groups, and others beside them; none
  // at the end. Good until the next call.
  virtual result<std::optional<state_block>> next_block() = 0;
  // Somebody has the operator's own_store: from here on there are no blocks with what is there.
  virtual void leave_out_stored() {}
  // How many entries its blocks have for the subtask; 0: not known.
  virtual std::uint64_t entries() const { return 0; }
};

// A store that a checkpoint has the files of.
struct kept_store {
  std::string format;  // See entry_stores.
  std::vector<store_file> files;
  std::map<std::string, stored_range> ranges;  // By the names of the tables.
};

// What a checkpoint knows of one operator, whatever its parallelism was.
class restored_operator {
public:
  virtual ~restored_operator() = default;
  virtual checkpoint_id checkpoint() const = 0;
  // The part of that name of each former subtask that had one, in their order.
  virtual std::vector<std::string> parts(const std::string& name) const = 0;
  // Null if there is no such table.
  virtual std::unique_ptr<restored_table> table(const std::string& name) const = 0;
  virtual std::vector<std::string> table_names() const = 0;
  // The store of the former subtask that had exactly the key groups of this one; null: there is no
  // such, or it has none.
  virtual const kept_store* own_store() const { return nullptr; }
  // A table has these parts from blocks of the checkpoint: what the first checkpoint behind it may
  // refer to.
  virtual void note_loaded(const std::string& table, std::vector<loaded_part> parts) const {
    static_cast<void>(table), static_cast<void>(parts);
  }

  // The value that `bytes` are by the schema `saved`, encoded as the present type has it. An error
  // if that cannot be; docs/state.md says what can.
  virtual result<std::string> evolved(const std::string& saved, const present_type& now,
                                      std::string_view bytes) const = 0;
};

}  // namespace weir
