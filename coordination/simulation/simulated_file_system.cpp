// SPDX-License-Identifier: Apache-2.0
// The maps behind coordination/simulation/simulated_file_system.hpp.
#include "coordination/simulation/simulated_file_system.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "state/whole_file.hpp"

namespace weir {

// Files only grow, so what is durable of one is a prefix.
struct simulated_file_system::stored_file {
  std::string content;
  std::size_t synced = 0;
  bool lost_a_sync = false;  // Nothing more of it becomes durable.
};

namespace {

class memory_lock final : public file_lock {
public:
  memory_lock(std::shared_ptr<std::set<std::string>> held, std::string path)
      : held_{std::move(held)}, path_{std::move(path)} {}
  memory_lock(const memory_lock&) = delete;
  memory_lock& operator=(const memory_lock&) = delete;
  ~memory_lock() override { held_->erase(path_); }

private:
  std::shared_ptr<std::set<std::string>> held_;
  std::string path_;
};

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

error no_such(const std::string& what, const std::string& path) {
  return {error_code::not_found, what + " " + path + ": no such file or directory"};
}

error broken(const std::string& what, const std::string& path) {
  return {error_code::io_failure, what + " " + path + ": Input/output error"};
}

}  // namespace

class simulated_file_system::reader final : public readable_file {
public:
  reader(simulated_file_system& disk, std::string path, std::shared_ptr<stored_file> file)
      : disk_{&disk}, path_{std::move(path)}, file_{std::move(file)}, epoch_{disk.epoch_} {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (disk_->faults_.next(disk_operation::read, path_).fails || epoch_ != disk_->epoch_) {
      return broken("read", path_);
    }
    const auto& content = file_->content;
    if (offset >= content.size()) return std::size_t{0};
    const auto count = std::min<std::size_t>(into.size(), content.size() - offset);
    std::memcpy(into.data(), content.data() + offset, count);
    disk_->faults_.distort(path_, into.first(count));
    return count;
  }
  result<std::uint64_t> size() override { return std::uint64_t{file_->content.size()}; }

private:
  simulated_file_system* disk_;
  std::string path_;
  std::shared_ptr<stored_file> file_;
  std::uint64_t epoch_;
};

class simulated_file_system::writer final : public writable_file {
public:
  writer(simulated_file_system& disk, std::string path, std::shared_ptr<stored_file> file)
      : disk_{&disk}, path_{std::move(path)}, file_{std::move(file)}, epoch_{disk.epoch_} {}

  status append(std::string_view bytes) override {
    if (epoch_ != disk_->epoch_) return broken("write", path_);
    auto& faults = disk_->faults_;
    if (const auto fate = faults.next(disk_operation::append, path_); fate.fails) {
      if (fate.takes_effect) bytes = bytes.substr(0, faults.random().below(bytes.size() + 1));
      if (fate.takes_effect) static_cast<void>(write(bytes));
      return fate.is_full ? full() : broken("write", path_);
    }
    return write(bytes) ? status{} : full();
  }
  status sync() override {
    if (epoch_ != disk_->epoch_) return broken("sync", path_);
    const auto fate = disk_->faults_.next(disk_operation::sync, path_);
    // The machine has forgotten which bytes it failed to write; it will not try them again.
    if (!fate.takes_effect) file_->lost_a_sync = true;
    if (!file_->lost_a_sync) file_->synced = file_->content.size();
    if (fate.fails) return broken("sync", path_);
    return {};
  }
  status close() override { return {}; }

private:
  status full() const {
    return error{error_code::io_failure, "write " + path_ + ": No space left on device"};
  }
  // As much as there is room for. Returns whether that was all.
  bool write(std::string_view bytes) {
    auto room = std::uint64_t{bytes.size()};
    if (const auto capacity = disk_->faults_.capacity) {
      const auto used = disk_->bytes_used();
      room = std::min(room, *capacity - std::min(used, *capacity));
    }
    file_->content.append(bytes.substr(0, room));
    return room == bytes.size();
  }

  simulated_file_system* disk_;
  std::string path_;
  std::shared_ptr<stored_file> file_;
  std::uint64_t epoch_;
};

simulated_file_system::simulated_file_system(std::uint64_t seed) : faults_{seed} {}

simulated_file_system::~simulated_file_system() = default;

simulated_file_system::stored_file* simulated_file_system::find(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second.get();
}

void simulated_file_system::fetch(const std::string& path) {
  if (!background_ || files_.contains(path) || directories_.contains(path)) return;
  if (hidden_.contains(path)) return;
  const auto there = background_->stat(path);
  if (!there) return;
  if (there->what == file_status::kind::directory) {
    directories_.insert(path);
    return;
  }
  constexpr std::uint64_t most_bytes = std::uint64_t{1} << 30;
  auto content = read_whole_file(*background_, path, most_bytes);
  if (!content) return;
  put(path, *std::move(content));
  fetched_.insert(path);
}

void simulated_file_system::forget(const std::string& path) {
  files_.erase(path);
  fetched_.erase(path);
  hidden_.insert(path);
}

std::vector<std::string> simulated_file_system::written_files() const {
  std::vector<std::string> written;
  for (const auto& [path, file] : files_) {
    if (!fetched_.contains(path)) written.push_back(path);
  }
  std::sort(written.begin(), written.end(),
            [this](const auto& a, const auto& b) { return named_.at(a) < named_.at(b); });
  return written;
}

void simulated_file_system::put(const std::string& path, std::string content) {
  for (auto part = parent_of(path); !part.empty(); part = parent_of(part)) {
    directories_.insert(part);
  }
  const auto size = content.size();
  files_[path] = std::make_shared<stored_file>(stored_file{std::move(content), size, false});
  note_name(path);
}

std::string simulated_file_system::content_of(const std::string& path) const {
  const auto* found = find(path);
  return found == nullptr ? std::string{} : found->content;
}

std::string simulated_file_system::synced_content_of(const std::string& path) const {
  const auto* found = find(path);
  return found == nullptr ? std::string{} : found->content.substr(0, found->synced);
}

std::shared_ptr<simulated_file_system> simulated_file_system::copy(std::uint64_t seed) const {
  auto made = std::make_shared<simulated_file_system>(seed);
  for (const auto& [path, file] : files_) {
    made->files_[path] = std::make_shared<stored_file>(*file);
  }
  made->directories_ = directories_;
  made->mounted_ = mounted_;
  made->named_ = named_;
  made->namings_ = namings_;
  made->background_ = background_;
  made->fetched_ = fetched_;
  made->hidden_ = hidden_;
  return made;
}

void simulated_file_system::crash(random_numbers& random) {
  ++epoch_;
  faults_.restore_power();
  for (auto& [path, file] : files_) {
    const auto unsynced = file->content.size() - file->synced;
    const bool all_is_lost = unsynced == 0 || random.below(2) == 0;
    const auto left = all_is_lost ? 0 : random.below(unsynced + 1);
    file->content.resize(file->synced + left);
    file->synced = file->content.size();
    file->lost_a_sync = false;
  }
}

bool simulated_file_system::flip_bit(const std::string& path, std::uint64_t offset,
                                     std::uint8_t bit) {
  auto* found = find(path);
  if (found == nullptr || offset >= found->content.size()) return false;
  auto& byte = found->content[offset];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (bit % 8)));
  return true;
}

bool simulated_file_system::truncate(const std::string& path, std::uint64_t size) {
  auto* found = find(path);
  if (found == nullptr || size > found->content.size()) return false;
  found->content.resize(size);
  found->synced = std::min<std::size_t>(found->synced, size);
  return true;
}

bool simulated_file_system::lose(const std::string& path) { return files_.erase(path) > 0; }

std::uint64_t simulated_file_system::bytes_used() const {
  std::uint64_t used = 0;
  for (const auto& [path, file] : files_) used += file->content.size();
  return used;
}

result<file_status> simulated_file_system::stat(const std::string& path) {
  if (!faults_.has_power()) return broken("look at", path);
  fetch(path);
  if (const auto* found = find(path)) {
    return file_status{file_status::kind::file, found->content.size()};
  }
  if (directories_.contains(path)) return file_status{file_status::kind::directory, 0};
  return no_such("look at", path);
}

result<std::vector<std::string>> simulated_file_system::list(const std::string& directory) {
  if (!faults_.has_power()) return broken("list", directory);
  fetch(directory);
  if (!directories_.contains(directory)) return no_such("list", directory);
  std::set<std::string> names;
  if (background_) {
    if (const auto behind = background_->list(directory)) {
      for (const auto& name : *behind) {
        if (!hidden_.contains(directory + "/" + name)) names.insert(name);
      }
    }
  }
  const auto below = directory + "/";
  const auto note = [&](const std::string& path) {
    if (path.find('/', below.size()) == std::string::npos) names.insert(path.substr(below.size()));
  };
  for (auto at = files_.lower_bound(below); at != files_.end(); ++at) {
    if (!at->first.starts_with(below)) break;
    note(at->first);
  }
  for (auto at = directories_.lower_bound(below); at != directories_.end(); ++at) {
    if (!at->starts_with(below)) break;
    note(*at);
  }
  return std::vector<std::string>{names.begin(), names.end()};
}

result<std::unique_ptr<readable_file>> simulated_file_system::open_for_reading(
    const std::string& path) {
  fetch(path);
  const auto found = files_.find(path);
  if (found == files_.end()) return no_such("open", path);
  if (faults_.next(disk_operation::open, path).fails) return broken("open", path);
  return std::unique_ptr<readable_file>{std::make_unique<reader>(*this, path, found->second)};
}

result<std::unique_ptr<writable_file>> simulated_file_system::create(const std::string& path) {
  if (directories_.contains(path)) {
    return error{error_code::invalid_argument, "create " + path + ": is a directory"};
  }
  const auto parent = parent_of(path);
  fetch(parent);
  fetch(path);
  if (!parent.empty() && !directories_.contains(parent)) return no_such("create", path);
  const auto fate = faults_.next(disk_operation::create, path);
  // What is there is emptied, under all of its names.
  const auto there = files_.find(path);
  auto file =
      there == files_.end() || !fate.takes_effect ? std::make_shared<stored_file>() : there->second;
  *file = {};
  if (fate.takes_effect) {
    files_[path] = file;
    note_name(path);
    fetched_.erase(path);
  }
  if (fate.fails) return broken("create", path);
  return std::unique_ptr<writable_file>{std::make_unique<writer>(*this, path, std::move(file))};
}

status simulated_file_system::rename(const std::string& from, const std::string& to) {
  fetch(from);
  const auto found = files_.find(from);
  if (found == files_.end()) return no_such("rename", from);
  const auto fate = faults_.next(disk_operation::rename, to);
  if (fate.takes_effect && from != to) {
    files_[to] = found->second;
    note_name(to);
    fetched_.erase(to);
    forget(from);
  }
  if (fate.fails) return broken("rename " + from + " to", to);
  return {};
}

status simulated_file_system::link(const std::string& from, const std::string& to) {
  fetch(from);
  fetch(to);
  fetch(parent_of(to));
  const auto found = files_.find(from);
  if (found == files_.end()) return no_such("link", from);
  if (files_.contains(to) || directories_.contains(to)) {
    return error{error_code::io_failure, "link " + from + " to " + to + ": file exists"};
  }
  if (const auto parent = parent_of(to); !parent.empty() && !directories_.contains(parent)) {
    return no_such("link " + from + " to", to);
  }
  const auto is_mounted = [this](const std::string& path) {
    return !mounted_.empty() && path.starts_with(mounted_ + "/");
  };
  if (is_mounted(from) != is_mounted(to)) {
    return error{error_code::io_failure, "link " + from + " to " + to + ": they are on two disks"};
  }
  const auto fate = faults_.next(disk_operation::create, to);
  if (fate.takes_effect) {
    files_[to] = found->second;
    note_name(to);
  }
  if (fate.fails) return broken("link " + from + " to", to);
  return {};
}

status simulated_file_system::remove(const std::string& path) {
  fetch(path);
  if (!files_.contains(path)) return no_such("remove", path);
  const auto fate = faults_.next(disk_operation::remove, path);
  if (fate.takes_effect) forget(path);
  if (fate.fails) return broken("remove", path);
  return {};
}

status simulated_file_system::make_directories(const std::string& path) {
  if (!faults_.has_power()) return broken("make the directory", path);
  for (auto part = path; !part.empty(); part = parent_of(part)) {
    fetch(part);
    directories_.insert(part);
  }
  return {};
}

status simulated_file_system::remove_directory(const std::string& path) {
  const auto names = list(path);
  if (!names) return no_such("remove the directory", path);
  if (!names->empty()) {
    return error{error_code::io_failure, "remove the directory " + path + ": not empty"};
  }
  const auto fate = faults_.next(disk_operation::remove, path);
  if (fate.takes_effect) {
    directories_.erase(path);
    hidden_.insert(path);
  }
  return fate.fails ? broken("remove the directory", path) : status{};
}

result<std::unique_ptr<file_lock>> simulated_file_system::lock(const std::string& path) {
  if (!files_.contains(path)) {
    if (auto created = create(path); !created) return created.failure();
  }
  if (!locks_->insert(path).second) {
    return error{error_code::in_use, "lock " + path + ": another process holds it"};
  }
  return std::unique_ptr<file_lock>{std::make_unique<memory_lock>(locks_, path)};
}

}  // namespace weir
