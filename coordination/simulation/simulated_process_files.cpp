// SPDX-License-Identifier: Apache-2.0
// A gate before every call; see coordination/simulation/simulated_process_files.hpp.
#include "coordination/simulation/simulated_process_files.hpp"

#include <utility>

namespace weir {

namespace {

error refusal(const std::string& activity, const std::string& path) {
  return {error_code::io_failure, activity + " " + path + ": the process has crashed"};
}

class gated_reader final : public readable_file {
public:
  gated_reader(std::unique_ptr<readable_file> file, std::string path,
               std::shared_ptr<const bool> is_cut_off)
      : file_{std::move(file)}, path_{std::move(path)}, is_cut_off_{std::move(is_cut_off)} {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (*is_cut_off_) return refusal("read", path_);
    return file_->read_at(offset, into);
  }
  result<std::uint64_t> size() override {
    if (*is_cut_off_) return refusal("look at", path_);
    return file_->size();
  }

private:
  std::unique_ptr<readable_file> file_;
  std::string path_;
  std::shared_ptr<const bool> is_cut_off_;
};

class gated_writer final : public writable_file {
public:
  gated_writer(std::unique_ptr<writable_file> file, std::string path,
               std::shared_ptr<const bool> is_cut_off)
      : file_{std::move(file)}, path_{std::move(path)}, is_cut_off_{std::move(is_cut_off)} {}

  status append(std::string_view bytes) override {
    if (*is_cut_off_) return refusal("write", path_);
    return file_->append(bytes);
  }
  status sync() override {
    if (*is_cut_off_) return refusal("sync", path_);
    return file_->sync();
  }
  status close() override {
    if (*is_cut_off_) return refusal("close", path_);
    return file_->close();
  }

private:
  std::unique_ptr<writable_file> file_;
  std::string path_;
  std::shared_ptr<const bool> is_cut_off_;
};

// Lets the lock go when its holder does or the process ends, whichever comes first.
class gated_lock final : public file_lock {
public:
  explicit gated_lock(std::shared_ptr<std::unique_ptr<file_lock>> held) : held_{std::move(held)} {}
  gated_lock(const gated_lock&) = delete;
  gated_lock& operator=(const gated_lock&) = delete;
  ~gated_lock() override { held_->reset(); }

private:
  std::shared_ptr<std::unique_ptr<file_lock>> held_;
};

}  // namespace

simulated_process_files::simulated_process_files(file_system& disk)
    : disk_{&disk}, is_cut_off_{std::make_shared<bool>(false)} {}

result<file_status> simulated_process_files::stat(const std::string& path) {
  if (*is_cut_off_) return refusal("look at", path);
  return disk_->stat(path);
}

result<std::vector<std::string>> simulated_process_files::list(const std::string& directory) {
  if (*is_cut_off_) return refusal("list", directory);
  return disk_->list(directory);
}

result<std::unique_ptr<readable_file>> simulated_process_files::open_for_reading(
    const std::string& path) {
  if (*is_cut_off_) return refusal("open", path);
  auto file = disk_->open_for_reading(path);
  if (!file) return file.failure();
  return std::unique_ptr<readable_file>{
      std::make_unique<gated_reader>(std::move(*file), path, is_cut_off_)};
}

result<std::unique_ptr<writable_file>> simulated_process_files::create(const std::string& path) {
  if (*is_cut_off_) return refusal("create", path);
  auto file = disk_->create(path);
  if (!file) return file.failure();
  return std::unique_ptr<writable_file>{
      std::make_unique<gated_writer>(std::move(*file), path, is_cut_off_)};
}

status simulated_process_files::rename(const std::string& from, const std::string& to) {
  if (*is_cut_off_) return refusal("rename " + from + " to", to);
  return disk_->rename(from, to);
}

status simulated_process_files::link(const std::string& from, const std::string& to) {
  if (*is_cut_off_) return refusal("link " + from + " to", to);
  return disk_->link(from, to);
}

status simulated_process_files::remove(const std::string& path) {
  if (*is_cut_off_) return refusal("remove", path);
  return disk_->remove(path);
}

status simulated_process_files::make_directories(const std::string& path) {
  if (*is_cut_off_) return refusal("make the directory", path);
  return disk_->make_directories(path);
}

status simulated_process_files::remove_directory(const std::string& path) {
  if (*is_cut_off_) return refusal("remove the directory", path);
  return disk_->remove_directory(path);
}

result<std::unique_ptr<file_lock>> simulated_process_files::lock(const std::string& path) {
  if (*is_cut_off_) return refusal("lock", path);
  auto taken = disk_->lock(path);
  if (!taken) return taken;
  auto held = std::make_shared<std::unique_ptr<file_lock>>(std::move(*taken));
  locks_.push_back(held);
  return std::unique_ptr<file_lock>{std::make_unique<gated_lock>(std::move(held))};
}

void simulated_process_files::cut_off() {
  *is_cut_off_ = true;
  for (const auto& each : locks_) {
    if (const auto held = each.lock()) held->reset();
  }
}

}  // namespace weir
