// SPDX-License-Identifier: Apache-2.0
// Header, trailer, index, blocks: each is verified before the next is looked for.
#include "state/snapshot_reader.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "api/codec.hpp"
#include "api/crc32c.hpp"

namespace weir {

namespace {

std::string in_quotes(const std::string& name) { return "\"" + name + "\""; }

std::string place_of(const operator_entry& of) { return "operator " + of.name; }

std::string place_of(const operator_entry& of, const table_entry& table) {
  return place_of(of) + ": table " + in_quotes(table.name);
}

// Counted from 1, as people do.
std::string place_of(const operator_entry& of, const table_entry& table, std::size_t block) {
  const auto& entry = table.blocks[block];
  return place_of(of, table) + ": block " + std::to_string(block + 1) + " at byte " +
         std::to_string(entry.offset) +
         (entry.file > 0 ? " of shared file " + std::to_string(entry.file) : "");
}

// What is wrong with a value that was decoded: the first thing, with its place; empty if nothing.
std::string problem_of(const snapshot_header& about) {
  if (about.max_parallelism == 0 || about.max_parallelism > highest_max_parallelism) {
    return "index: a max parallelism of " + std::to_string(about.max_parallelism);
  }
  if (about.subtask.value >= about.parallelism) {
    return "index: subtask " + std::to_string(about.subtask.value) + " of " +
           std::to_string(about.parallelism);
  }
  return {};
}

std::string problem_of(const block_entry& block, const snapshot_index& index, std::uint64_t end) {
  if (block.file > index.files.size()) {
    return "is in file " + std::to_string(block.file) + " of " + std::to_string(index.files.size());
  }
  if (block.file > 0) end = index.files[block.file - 1].bytes;
  if (block.offset < format_header_size || block.offset > end || block.length == 0 ||
      block.length > end - block.offset) {
    return "its " + std::to_string(block.length) +
           " bytes are not between the header and the index";
  }
  if (block.groups.begin >= block.groups.end || block.groups.end > index.about.max_parallelism) {
    return "key groups " + std::to_string(block.groups.begin) + " to " +
           std::to_string(block.groups.end) + " of " + std::to_string(index.about.max_parallelism);
  }
  if (block.entries == 0) return "no entries";
  return {};
}

// Paths are made of them.
bool is_plain_name(std::string_view name) {
  return stays_inside(name) && name.find('/') == std::string_view::npos;
}

std::string problem_of_store(const operator_entry& of, const snapshot_index& index) {
  std::set<std::string_view> names;
  for (const auto& file : of.store) {
    const auto place = place_of(of) + ": file " + in_quotes(file.name) + " of its store: ";
    if (!is_plain_name(file.name)) return place + "is no name";
    if (!names.insert(file.name).second) return place + "is there twice";
    if (file.file == 0 || file.file > index.files.size()) {
      return place + "is file " + std::to_string(file.file) + " of " +
             std::to_string(index.files.size());
    }
  }
  for (const auto& table : of.tables) {
    if (!table.stored) continue;
    if (of.store.empty() || of.store_format.empty()) {
      return place_of(of, table) + ": is in a store that the operator does not have";
    }
    const std::string& prefix = table.stored->prefix;
    // Others follow in the job that restores it: there must be some left.
    const bool is_given = prefix.size() == 4 && static_cast<unsigned char>(prefix[0]) < 0x80;
    if (!is_given || table.stored->entries == 0) {
      return place_of(of, table) + ": " + std::to_string(table.stored->entries) +
             " entries behind a prefix of " + std::to_string(table.stored->prefix.size()) +
             " bytes in its store";
    }
  }
  return {};
}

std::string problem_of(const operator_entry& of, const snapshot_index& index, std::uint64_t end) {
  if (auto problem = problem_of_store(of, index); !problem.empty()) return problem;
  std::set<std::string_view> names;
  for (const auto& table : of.tables) {
    if (!names.insert(table.name).second) return place_of(of, table) + ": is there twice";
    for (std::size_t i = 0; i < table.blocks.size(); ++i) {
      const auto problem = problem_of(table.blocks[i], index, end);
      if (!problem.empty()) return place_of(of, table, i) + ": " + problem;
    }
  }
  return {};
}

std::string problem_of(const std::vector<shared_file>& files, checkpoint_id of) {
  for (const auto& file : files) {
    const auto name = "index: shared file \"" + to_string(file) + "\" ";
    if (file.checkpoint == checkpoint_id{} || of < file.checkpoint) {
      return name + "is of no earlier checkpoint, nor of this one";
    }
    if (!stays_inside(file.path)) return name + "is not inside its directory";
  }
  return {};
}

// `end` is where the blocks end.
std::string problem_of(const snapshot_index& index, std::uint64_t end) {
  if (auto problem = problem_of(index.about); !problem.empty()) return problem;
  if (auto problem = problem_of(index.files, index.about.checkpoint); !problem.empty()) {
    return problem;
  }
  std::set<operator_id> ids;
  for (const auto& each : index.operators) {
    if (!ids.insert(each.id).second) return place_of(each) + ": is there twice";
    if (auto problem = problem_of(each, index, end); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace

result<snapshot_reader> snapshot_reader::open(file_system& files, std::string path) {
  auto file = files.open_for_reading(path);
  if (!file) return file.failure();
  const auto size = (*file)->size();
  if (!size) return size.failure();
  snapshot_reader reader{files, std::move(path), std::move(*file), *size};
  const auto version = reader.read_header();
  if (!version) return version.failure();
  const auto place = reader.read_trailer();
  if (!place) return place.failure();
  if (const auto index = reader.read_index(*place, *version); !index) return index.failure();
  return reader;
}

snapshot_reader::snapshot_reader(file_system& files, std::string path,
                                 std::unique_ptr<readable_file> file, std::uint64_t size)
    : files_{&files}, path_{std::move(path)}, file_{std::move(file)}, size_{size} {}

const operator_entry* snapshot_reader::find(operator_id id) const {
  const auto found = std::find_if(index_.operators.begin(), index_.operators.end(),
                                  [&](const operator_entry& each) { return each.id == id; });
  return found == index_.operators.end() ? nullptr : &*found;
}

result<state_block> snapshot_reader::read_block(const operator_entry& of, const table_entry& table,
                                                std::size_t block) const {
  WEIR_ASSERT(block < table.blocks.size());
  const block_entry& entry = table.blocks[block];
  state_block read{entry.groups, entry.entries, {}};
  if (entry.file > 0) {
    if (const auto done = read_shared(entry, read.bytes); !done) return done.failure();
  } else {
    read.bytes.resize(entry.length);
    if (const auto done = read_exactly(entry.offset, read.bytes); !done) return done.failure();
  }
  if (crc32c(read.bytes) != entry.checksum) {
    return damaged(place_of(of, table, block), "checksum mismatch");
  }
  return read;
}

std::string snapshot_reader::path_of_shared(std::uint32_t number) const {
  const auto slash = path_.rfind('/');
  return path_of(index_.files[number - 1], about().checkpoint,
                 slash == std::string::npos ? "." : path_.substr(0, slash));
}

std::vector<store_file> snapshot_reader::store_of(const operator_entry& of) const {
  std::vector<store_file> files;
  for (const auto& each : of.store) {
    const std::uint64_t bytes = index_.files[each.file - 1].bytes;
    files.push_back({each.name, path_of_shared(each.file), bytes, true});
  }
  return files;
}

status snapshot_reader::open_shared(std::uint32_t number) const {
  auto& file = shared_[number - 1];
  if (file) return {};
  const shared_file& place = index_.files[number - 1];
  const auto path = path_of_shared(number);
  auto opened = files_->open_for_reading(path);
  if (!opened) return within(path_ + " needs " + to_string(place), opened.failure());
  const auto size = (*opened)->size();
  if (!size) return size.failure();
  if (*size != place.bytes) {
    return error{error_code::corrupt_data,
                 path + ": has " + std::to_string(*size) + " bytes, but " + path_ + " needs " +
                     std::to_string(place.bytes) + " of them: " + std::string{damage_advice}};
  }
  file = std::move(*opened);
  return {};
}

result<std::uint64_t> snapshot_reader::entries_in_blocks(const table_entry& table) const {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::vector<bool> is_counted(1 + index_.files.size());
  for (const auto& block : table.blocks) {
    entries += std::min<std::uint64_t>(block.entries, block.length);
    if (is_counted[block.file]) continue;
    is_counted[block.file] = true;
    if (block.file == 0) {
      bytes += size_;
    } else if (auto opened = open_shared(block.file); opened) {
      bytes += index_.files[block.file - 1].bytes;
    } else {
      return opened.failure();
    }
  }
  return std::min(entries, bytes);
}

status snapshot_reader::read_shared(const block_entry& entry, std::string& into) const {
  if (auto opened = open_shared(entry.file); !opened) return opened;
  const shared_file& place = index_.files[entry.file - 1];
  const auto path = path_of_shared(entry.file);
  const auto& file = shared_[entry.file - 1];
  into.resize(entry.length);
  const auto count = file->read_at(entry.offset, into);
  if (!count) return count.failure();
  if (*count == into.size()) return {};
  return error{error_code::corrupt_data, path + ": byte " + std::to_string(entry.offset + *count) +
                                             ": ends here, but " + path_ + " needs " +
                                             std::to_string(place.bytes) +
                                             " bytes of it: " + std::string{damage_advice}};
}

result<std::uint32_t> snapshot_reader::read_header() const {
  std::string bytes(std::min<std::uint64_t>(size_, format_header_size), '\0');
  if (const auto read = read_exactly(0, bytes); !read) return read.failure();
  const auto version = decode_format_header(snapshot_format, bytes);
  if (!version) return within(path_, version.failure());
  return version;
}

result<index_entry> snapshot_reader::read_trailer() const {
  const error unfinished{error_code::corrupt_data,
                         path_ + ": has no trailer at its end, byte " + std::to_string(size_) +
                             ": it was never written to its end, or was cut off afterwards; "
                             "restore from another checkpoint"};
  if (size_ < format_header_size + snapshot_trailer_size) return unfinished;
  std::string bytes(snapshot_trailer_size, '\0');
  const std::uint64_t begin = size_ - snapshot_trailer_size;
  if (const auto read = read_exactly(begin, bytes); !read) return read.failure();
  if (!bytes.ends_with(snapshot_closing_magic)) return unfinished;

  std::string_view rest = bytes;
  index_entry place;
  WEIR_ASSERT(codecs::try_decode(place, rest));
  const std::string_view checked{bytes.data(), bytes.size() - rest.size()};
  std::uint32_t checksum = 0;
  WEIR_ASSERT(codecs::try_decode(checksum, rest));
  if (checksum != crc32c(checked)) return damaged("trailer", "checksum mismatch");
  if (place.offset < format_header_size || place.offset > begin ||
      place.length != begin - place.offset) {
    return damaged("trailer", "an index of " + std::to_string(place.length) + " bytes at byte " +
                                  std::to_string(place.offset) + " in a file of " +
                                  std::to_string(size_));
  }
  return place;
}

status snapshot_reader::read_index(const index_entry& place, std::uint32_t version) {
  std::string bytes(place.length, '\0');
  if (auto read = read_exactly(place.offset, bytes); !read) return read;
  if (crc32c(bytes) != place.checksum) {
    return damaged("index at byte " + std::to_string(place.offset), "checksum mismatch");
  }
  auto index = decode_snapshot_index(version, bytes);
  if (!index) return damaged("index", index.failure().message);
  if (const auto problem = problem_of(*index, place.offset); !problem.empty()) {
    return error{error_code::corrupt_data,
                 path_ + ": " + problem + ": " + std::string{damage_advice}};
  }
  index_ = std::move(*index);
  shared_.resize(index_.files.size());
  return {};
}

status snapshot_reader::read_exactly(std::uint64_t offset, std::string& into) const {
  const auto count = file_->read_at(offset, into);
  if (!count) return count.failure();
  if (*count == into.size()) return {};
  return damaged("byte " + std::to_string(offset + *count),
                 "ends here, but had " + std::to_string(size_) + " bytes when it was opened");
}

error snapshot_reader::damaged(const std::string& place, const std::string& what) const {
  return {error_code::corrupt_data,
          path_ + ": " + place + ": " + what + ": " + std::string{damage_advice}};
}

}  // namespace weir
