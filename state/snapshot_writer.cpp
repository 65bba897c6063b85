// SPDX-License-Identifier: Apache-2.0
// The slices of writing a snapshot file: blocks until the tables are empty, then index and trailer.
#include "state/snapshot_writer.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "api/codec.hpp"
#include "api/crc32c.hpp"
#include "state/whole_file.hpp"

namespace weir {

namespace {

constexpr std::size_t longest_string = std::numeric_limits<std::uint32_t>::max();

std::string activity(const snapshot_header& about) {
  return "write checkpoint " + std::to_string(about.checkpoint.value);
}

// What of the format's limits a snapshot may break through no fault of the engine.
status check_sizes(const std::vector<operator_snapshot>& content) {
  for (const auto& each : content) {
    for (const auto& [name, bytes] : each.parts) {
      if (bytes.size() <= longest_string) continue;
      return error{error_code::invalid_argument,
                   "operator " + each.name + ": part \"" + name + "\" has " +
                       std::to_string(bytes.size()) +
                       " bytes, a part can have 4 GiB: take checkpoints more often"};
    }
  }
  return {};
}

void assert_distinct(const std::vector<operator_snapshot>& content) {
  std::set<operator_id> ids;
  for (const auto& each : content) {
    WEIR_ASSERT(ids.insert(each.id).second);
    std::set<std::string_view> names;
    for (const auto& table : each.tables) WEIR_ASSERT(names.insert(table.name).second);
  }
}

}  // namespace

result<snapshot_writer> snapshot_writer::create(file_system& files, std::string path,
                                                snapshot_header about,
                                                std::vector<operator_snapshot> content,
                                                std::shared_ptr<const written_snapshot> base) {
  assert_distinct(content);
  WEIR_ASSERT(about.subtask.value < about.parallelism);
  WEIR_ASSERT(!base || base->checkpoint < about.checkpoint);
  WEIR_ASSERT(about.max_parallelism > 0 && about.max_parallelism <= highest_max_parallelism);
  if (const auto fit = check_sizes(content); !fit) {
    return within(activity(about) + ": " + path, fit.failure());
  }
  if (const auto slash = path.rfind('/'); slash != std::string::npos && slash > 0) {
    if (const auto made = files.make_directories(path.substr(0, slash)); !made) {
      return within(activity(about), made.failure());
    }
  }
  auto file = files.create(path);
  if (!file) return within(activity(about), file.failure());
  return snapshot_writer{files,           std::move(path), std::move(about), std::move(content),
                         std::move(base), std::move(*file)};
}

snapshot_writer::snapshot_writer(file_system& files, std::string path, snapshot_header about,
                                 std::vector<operator_snapshot> content,
                                 std::shared_ptr<const written_snapshot> base,
                                 std::unique_ptr<writable_file> file)
    : files_{&files},
      path_{std::move(path)},
      content_{std::move(content)},
      index_{std::move(about), {}},
      file_{std::move(file)},
      base_{std::move(base)},
      record_{std::make_shared<written_snapshot>()},
      buffer_{encode_format_header(snapshot_format)} {
  if (base_) {
    is_shareable_ = base_->worth_referring_to(most_shared_files);
    numbers_.resize(base_->files.size());
  }
  record_->checkpoint = index_.about.checkpoint;
  record_->files.resize(1);
  for (auto& each : content_) {
    index_.operators.push_back({each.id, std::move(each.name), std::move(each.parts), {}});
    for (auto& table : each.tables) {
      index_.operators.back().tables.push_back(
          {std::move(table.name), std::move(table.schema), {}, std::move(table.stored)});
    }
  }
}

result<bool> snapshot_writer::write_some(std::size_t bytes) {
  WEIR_ASSERT(file_ != nullptr);
  while (!is_at_end_ && buffer_.size() < std::max<std::size_t>(bytes, 1)) {
    if (has_tables_left()) {
      if (auto read = buffer_block(); !read) {
        file_.reset();
        return within(activity(index_.about), read.failure());
      }
    } else if (has_stores_left()) {
      if (auto kept = keep_file(); !kept) {
        file_.reset();
        return within(activity(index_.about), kept.failure());
      }
      break;
    } else {
      buffer_end();
    }
  }
  const auto wanted = std::min(std::max<std::size_t>(bytes, 1), buffer_.size() - flushed_);
  const auto count = is_at_end_ ? wanted : buffer_.size();
  auto appended = file_->append(std::string_view{buffer_}.substr(flushed_, count));
  if (appended) {
    written_ += count;
    flushed_ += count;
    if (flushed_ < buffer_.size()) return false;
    buffer_.clear();
    flushed_ = 0;
    if (!is_at_end_) return false;
    appended = finish();
  }
  file_.reset();
  if (!appended) return within(activity(index_.about), appended.failure());
  return true;
}

// Moves on to the table from which the next block is to be taken.
bool snapshot_writer::has_tables_left() {
  while (operator_ < content_.size() && table_ == content_[operator_].tables.size()) {
    ++operator_;
    table_ = 0;
  }
  return operator_ < content_.size();
}

void snapshot_writer::begin_table() {
  const auto& of = index_.operators[operator_];
  const auto& name = of.tables[table_].name;
  known_ = base_ ? base_->find(of.id, name) : nullptr;
  missing_.clear();
  next_missing_ = asked_ = 0;
  record_->tables.push_back({of.id, name, {}});
  has_begun_ = true;
}

std::uint32_t snapshot_writer::number_of(std::uint32_t file_of_base) {
  auto& number = numbers_[file_of_base];
  if (number == 0) {
    const auto& known = base_->files[file_of_base];
    index_.files.push_back(known.place);
    record_->files.push_back({known.place, known.blocks, 0});
    number = static_cast<std::uint32_t>(index_.files.size());
  }
  return number;
}

bool snapshot_writer::takes(const content_name& name) {
  const std::size_t place = ++asked_;
  auto& mine = record_->tables.back().parts[name];
  if (known_ != nullptr) {
    const auto found = known_->find(name);
    if (found != known_->end() && is_shareable(found->second)) {
      mine = found->second;
      for (auto& block : mine) {
        block.file = number_of(block.file);
        record_->files[block.file].referenced += block.length;
        blocks_.emplace_back(place, block);
      }
      return true;
    }
  }
  missing_.emplace_back(place, name);
  return false;
}

bool snapshot_writer::is_shareable(const std::vector<block_entry>& blocks) const {
  return std::all_of(blocks.begin(), blocks.end(),
                     [this](const block_entry& block) { return is_shareable_[block.file]; });
}

// What a table has of those that it was asked for comes in the same order.
std::size_t snapshot_writer::place_of(const content_name& name) {
  while (next_missing_ < missing_.size() && missing_[next_missing_].second != name) ++next_missing_;
  return next_missing_ < missing_.size() ? missing_[next_missing_].first : asked_;
}

void snapshot_writer::end_table() {
  std::stable_sort(blocks_.begin(), blocks_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  auto& blocks = index_.operators[operator_].tables[table_].blocks;
  blocks.reserve(blocks_.size());
  for (const auto& [place, block] : blocks_) blocks.push_back(block);
  blocks_.clear();
}

status snapshot_writer::buffer_block() {
  auto& content = content_[operator_].tables[table_].content;
  if (!has_begun_) begin_table();
  const auto block = content->next_block(this);
  if (!block) {
    status read = content->outcome();
    content.reset();
    end_table();
    ++table_;
    has_begun_ = false;
    return read;
  }
  WEIR_ASSERT(!block->bytes.empty() && block->bytes.size() <= longest_string);
  WEIR_ASSERT(block->entries > 0 && block->groups.begin < block->groups.end);
  WEIR_ASSERT(block->groups.end <= index_.about.max_parallelism);
  const block_entry entry{written_ + buffer_.size(),
                          static_cast<std::uint32_t>(block->bytes.size()), crc32c(block->bytes),
                          block->groups, block->entries};
  blocks_.emplace_back(block->name ? place_of(*block->name) : asked_, entry);
  auto& file = record_->files.front();
  file.blocks += entry.length;
  if (block->name) {
    record_->tables.back().parts[*block->name].push_back(entry);
    file.referenced += entry.length;
  }
  buffer_ += block->bytes;
  return {};
}

// Moves on to the store of which the next file is to be kept.
bool snapshot_writer::has_stores_left() {
  while (keeper_ < content_.size()) {
    if (content_[keeper_].store != nullptr && (!to_keep_ || kept_ < to_keep_->size())) return true;
    content_[keeper_].store.reset();
    to_keep_.reset();
    kept_ = 0;
    ++keeper_;
  }
  return false;
}

status snapshot_writer::keep_file() {
  operator_entry& of = index_.operators[keeper_];
  if (!to_keep_) {
    auto files = content_[keeper_].store->files();
    if (!files) return files.failure();
    to_keep_ = *std::move(files);
    of.store_format = content_[keeper_].store_format;
    return {};
  }
  const store_file& file = (*to_keep_)[kept_++];
  const shared_file* known =
      base_ != nullptr && file.is_final ? base_->find_kept(of.id, file.name) : nullptr;
  shared_file place;
  if (known != nullptr) {
    place = *known;
  } else {
    const std::string stem = path_.substr(0, path_.rfind('.'));
    const std::string path = stem + ".store-" + std::to_string(keeper_) + "." + file.name;
    place = {index_.about.checkpoint, path.substr(path.rfind('/') + 1), file.bytes};
    const bool is_linked = file.is_final && files_->link(file.path, path);
    if (!is_linked) {
      // Whatever made the link fail: to write into a second name would be to write into the file.
      const auto removed = files_->remove(path);
      if (!removed && removed.failure().code != error_code::not_found) return removed;
      if (auto copied = copy_whole_file(*files_, file.path, path, file.bytes); !copied) {
        return copied;
      }
    }
  }
  index_.files.push_back(place);
  of.store.push_back({file.name, static_cast<std::uint32_t>(index_.files.size())});
  if (file.is_final) record_->kept.push_back({of.id, file.name, std::move(place)});
  return {};
}

void snapshot_writer::buffer_end() {
  std::string index;
  codec<snapshot_index>::encode(index_, index);
  std::string trailer;
  codec<index_entry>::encode({written_ + buffer_.size(), index.size(), crc32c(index)}, trailer);
  codec<std::uint32_t>::encode(crc32c(trailer), trailer);
  trailer += snapshot_closing_magic;
  WEIR_ASSERT(trailer.size() == snapshot_trailer_size);
  buffer_ += index;
  buffer_ += trailer;
  is_at_end_ = true;
}

status snapshot_writer::finish() {
  record_->files.front().place = {record_->checkpoint, path_.substr(path_.rfind('/') + 1),
                                  written_};
  if (auto synced = file_->sync(); !synced) return synced;
  return file_->close();
}

}  // namespace weir
