// SPDX-License-Identifier: Apache-2.0
// The maps behind coordination/simulation/simulated_file_system.hpp.
#include "coordination/simulation/simulated_file_system.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace weir {

namespace {

class memory_reader final : public readable_file {
public:
  explicit memory_reader(std::shared_ptr<std::string> content) : content_{std::move(content)} {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (offset >= content_->size()) return std::size_t{0};
    const auto count = std::min(into.size(), content_->size() - offset);
    std::memcpy(into.data(), content_->data() + offset, count);
    return count;
  }
  result<std::uint64_t> size() override { return std::uint64_t{content_->size()}; }

private:
  std::shared_ptr<std::string> content_;
};

class memory_writer final : public writable_file {
public:
  explicit memory_writer(std::shared_ptr<std::string> content) : content_{std::move(content)} {}

  status append(std::string_view bytes) override {
    content_->append(bytes);
    return {};
  }
  status sync() override { return {}; }
  status close() override { return {}; }

private:
  std::shared_ptr<std::string> content_;
};

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

}  // namespace

void simulated_file_system::put(const std::string& path, std::string content) {
  static_cast<void>(make_directories(parent_of(path)));
  files_[path] = std::make_shared<std::string>(std::move(content));
}

std::string simulated_file_system::content_of(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? std::string{} : *found->second;
}

result<file_status> simulated_file_system::stat(const std::string& path) {
  if (const auto found = files_.find(path); found != files_.end()) {
    return file_status{file_status::kind::file, found->second->size()};
  }
  if (directories_.contains(path)) return file_status{file_status::kind::directory, 0};
  return no_such("look at", path);
}

result<std::vector<std::string>> simulated_file_system::list(const std::string& directory) {
  if (!directories_.contains(directory)) return no_such("list", directory);
  std::set<std::string> names;
  const auto note = [&](const std::string& path) {
    if (parent_of(path) == directory) names.insert(path.substr(directory.size() + 1));
  };
  for (const auto& [path, content] : files_) note(path);
  for (const auto& path : directories_) {
    if (!path.empty()) note(path);
  }
  return std::vector<std::string>{names.begin(), names.end()};
}

result<std::unique_ptr<readable_file>> simulated_file_system::open_for_reading(
    const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end()) return no_such("open", path);
  return std::unique_ptr<readable_file>{std::make_unique<memory_reader>(found->second)};
}

result<std::unique_ptr<writable_file>> simulated_file_system::create(const std::string& path) {
  if (directories_.contains(path)) {
    return error{error_code::invalid_argument, "create " + path + ": is a directory"};
  }
  const auto parent = parent_of(path);
  if (!parent.empty() && !directories_.contains(parent)) return no_such("create", path);
  auto content = std::make_shared<std::string>();
  files_[path] = content;
  return std::unique_ptr<writable_file>{std::make_unique<memory_writer>(std::move(content))};
}

status simulated_file_system::rename(const std::string& from, const std::string& to) {
  const auto found = files_.find(from);
  if (found == files_.end()) return no_such("rename", from);
  auto content = std::move(found->second);
  files_.erase(found);
  files_[to] = std::move(content);
  return {};
}

status simulated_file_system::remove(const std::string& path) {
  if (files_.erase(path) == 0) return no_such("remove", path);
  return {};
}

status simulated_file_system::make_directories(const std::string& path) {
  for (auto part = path; !part.empty(); part = parent_of(part)) directories_.insert(part);
  return {};
}

status simulated_file_system::remove_directory(const std::string& path) {
  const auto names = list(path);
  if (!names) return no_such("remove the directory", path);
  if (!names->empty()) {
    return error{error_code::io_failure, "remove the directory " + path + ": not empty"};
  }
  directories_.erase(path);
  return {};
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
