// SPDX-License-Identifier: Apache-2.0
// First the blocks, then the store; see state/table_reader.hpp.
#include "state/table_reader.hpp"

#include <algorithm>

#include "api/cold_space.hpp"
#include "api/crc32c.hpp"
#include "api/hash_range.hpp"
#include "api/key.hpp"

namespace weir {

namespace {

constexpr std::size_t entries_per_read = 1024;

key_group_range common(const key_group_range& a, const key_group_range& b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

bool is_empty(const key_group_range& groups) { return groups.begin >= groups.end; }

key_group_range groups_of(const snapshot_header& about) {
  return key_groups_of(about.subtask, about.parallelism, about.max_parallelism);
}

}  // namespace

table_reader::table_reader(const snapshot_reader& file, const operator_entry& of,
                           const table_entry& table, key_group_range groups, kept_stores* stores)
    : file_{&file},
      of_{&of},
      table_{&table},
      groups_{groups},
      stores_{stores},
      reads_store_{table.stored.has_value() && !is_empty(common(groups, groups_of(file.about())))} {
}

table_reader::seen_key table_reader::seen(std::string_view key) {
  return {hash_bytes(key), crc32c(key)};
}

result<std::optional<state_block>> table_reader::next() {
  for (; next_ < table_->blocks.size(); ++next_) {
    if (is_empty(common(table_->blocks[next_].groups, groups_))) continue;
    auto block = file_->read_block(*of_, *table_, next_++);
    if (!block) return block.failure();
    if (numbers_blocks_) block->number = static_cast<std::uint32_t>(next_);
    if (reads_store_) {
      if (auto noted = note_keys(*block); !noted) return noted.failure();
    }
    return std::optional{*std::move(block)};
  }
  if (!reads_store_) return std::optional<state_block>{};
  return next_of_store();
}

status table_reader::note_keys(const state_block& block) {
  if (!entries_) {
    auto entries = keyed_entries::of(table_->schema);
    if (!entries) return entries.failure();
    entries_ = *std::move(entries);
  }
  for (std::string_view rest = block.bytes; !rest.empty();) {
    const auto key = entries_->take(rest);
    if (!key) return damaged(key.failure().message);
    seen_.push_back(seen(*key));
  }
  return {};
}

result<std::optional<state_block>> table_reader::next_of_store() {
  if (view_ == nullptr) {
    if (auto opened = open_store(); !opened) return opened.failure();
  }
  for (;;) {
    if (auto full = gathered_.take()) return full;
    if (begin_.empty()) return std::optional<state_block>{};
    if (auto read = read_store(); !read) return read.failure();
  }
}

status table_reader::open_store() {
  if (stores_ == nullptr) {
    return error{error_code::invalid_argument,
                 file_->path() + ": operator " + of_->name + ": table \"" + table_->name +
                     "\" is in files of " + of_->store_format + ", which are not read here"};
  }
  auto view = stores_->open(*file_, *of_);
  if (!view) return view.failure();
  view_ = *view;
  std::sort(seen_.begin(), seen_.end());
  const hash_range range{common(groups_, groups_of(file_->about())),
                         file_->about().max_parallelism};
  begin_ = end_ = table_->stored->prefix;
  append_hash(range.first(), begin_);
  append_hash(range.last(), end_);
  // Behind all that begins with the last hash.
  end_ = end_of_range(end_);
  return {};
}

status table_reader::read_store() {
  const std::uint32_t max_parallelism = file_->about().max_parallelism;
  if (auto read = view_->read(begin_, end_, entries_per_read, chunk_); !read) return read;
  for (const stored_entry& each : chunk_) {
    if (each.key.size() < shortest_stored_key) return damaged("a key in its store is too short");
    const std::string_view key = behind_hash(each.key);
    if (std::binary_search(seen_.begin(), seen_.end(), seen(key))) continue;
    ++found_;
    gathered_.add(key_group_of(hash_in(each.key), max_parallelism),
                  [&](std::string& bytes) { bytes.append(key).append(each.value); });
  }
  if (chunk_.size() == entries_per_read) {
    // The least key behind the last one.
    begin_ = chunk_.back().key + '\0';
    return {};
  }
  begin_.clear();
  gathered_.finish();
  const bool is_all = common(groups_, groups_of(file_->about())) == groups_of(file_->about());
  if (!is_all || found_ == table_->stored->entries) return {};
  return damaged("its store has " + std::to_string(found_) + " entries, not " +
                 std::to_string(table_->stored->entries));
}

error table_reader::damaged(const std::string& what) const {
  return {error_code::corrupt_data, file_->path() + ": operator " + of_->name + ": table \"" +
                                        table_->name + "\": " + what + ": " +
                                        std::string{damage_advice}};
}

}  // namespace weir
