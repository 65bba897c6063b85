// SPDX-License-Identifier: Apache-2.0
// System calls, each with its error turned into a sentence.
#include "state/posix_file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "api/error.hpp"

namespace weir {

namespace {

error_code code_of(int system_error) {
  switch (system_error) {
    case ENOENT:
      return error_code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return error_code::permission_denied;
    case EISDIR:
    case ENOTDIR:
      return error_code::invalid_argument;
    default:
      return error_code::io_failure;
  }
}

// REQUIRES: called before anything else can change errno, or with a copy of it.
error failure_of(std::string_view activity, const std::string& path, int system_error = errno) {
  return {code_of(system_error), std::string{activity} + " " + path + ": " +
                                     std::generic_category().message(system_error)};
}

// Repeats a system call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto outcome = call();
  while (outcome < 0 && errno == EINTR) outcome = call();
  return outcome;
}

class file_descriptor {
public:
  explicit file_descriptor(int number) : number_{number} {}
  file_descriptor(file_descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  file_descriptor& operator=(file_descriptor&&) = delete;
  ~file_descriptor() { static_cast<void>(close()); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  // The outcome of close(2). An interrupted close has closed, too: it must not be repeated.
  int close() {
    if (!is_open()) return 0;
    const int outcome = ::close(std::exchange(number_, -1));
    return outcome < 0 && errno == EINTR ? 0 : outcome;
  }

private:
  int number_;
};

file_descriptor open_descriptor(const std::string& path, int flags) {
  return file_descriptor{
      uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); })};
}

status sync_directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "."
                                : slash == 0               ? "/"
                                                           : path.substr(0, slash);
  const auto descriptor = open_descriptor(directory, O_RDONLY | O_DIRECTORY);
  if (!descriptor.is_open()) return failure_of("open the directory", directory);
  if (uninterrupted([&] { return ::fsync(descriptor.number()); }) < 0) {
    return failure_of("sync the directory", directory);
  }
  return {};
}

class posix_readable_file final : public readable_file {
public:
  posix_readable_file(std::string path, file_descriptor descriptor)
      : path_{std::move(path)}, descriptor_{std::move(descriptor)} {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const auto count = uninterrupted([&] {
        return ::pread(descriptor_.number(), into.data() + done, into.size() - done,
                       static_cast<off_t>(offset + done));
      });
      if (count < 0) return failure_of("read", path_);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  result<std::uint64_t> size() override {
    struct ::stat found {};
    if (::fstat(descriptor_.number(), &found) < 0) return failure_of("look at", path_);
    return static_cast<std::uint64_t>(found.st_size);
  }

private:
  std::string path_;
  file_descriptor descriptor_;
};

class posix_writable_file final : public writable_file {
public:
  posix_writable_file(std::string path, file_descriptor descriptor)
      : path_{std::move(path)}, descriptor_{std::move(descriptor)} {}

  status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto count =
          uninterrupted([&] { return ::write(descriptor_.number(), bytes.data(), bytes.size()); });
      if (count < 0) return failure_of("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  status sync() override {
    if (uninterrupted([&] { return ::fsync(descriptor_.number()); }) < 0) {
      return failure_of("sync", path_);
    }
    if (has_durable_name_) return {};
    // A new file's bytes are of no use without its entry in the directory.
    auto named = sync_directory_of(path_);
    has_durable_name_ = named.ok();
    return named;
  }

  status close() override {
    if (descriptor_.close() < 0) return failure_of("close", path_);
    return {};
  }

private:
  std::string path_;
  file_descriptor descriptor_;
  bool has_durable_name_ = false;
};

class posix_file_lock final : public file_lock {
public:
  explicit posix_file_lock(file_descriptor descriptor) : descriptor_{std::move(descriptor)} {}

private:
  file_descriptor descriptor_;
};

status make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0) return sync_directory_of(path);
  const int failure = errno;
  struct ::stat found {};
  const bool exists = ::stat(path.c_str(), &found) == 0;
  if (exists && S_ISDIR(found.st_mode)) return {};
  return failure_of("make the directory", path, exists ? ENOTDIR : failure);
}

}  // namespace

std::uint32_t user_id() { return ::geteuid(); }

result<file_status> posix_file_system::stat(const std::string& path) {
  struct ::stat found {};
  if (::stat(path.c_str(), &found) < 0) return failure_of("look at", path);
  const auto what = S_ISREG(found.st_mode)   ? file_status::kind::file
                    : S_ISDIR(found.st_mode) ? file_status::kind::directory
                                             : file_status::kind::other;
  return file_status{what, static_cast<std::uint64_t>(found.st_size)};
}

result<std::vector<std::string>> posix_file_system::list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream{::opendir(directory.c_str()), ::closedir};
  if (!stream) return failure_of("list", directory);
  std::vector<std::string> names;
  errno = 0;
  while (const auto* entry = ::readdir(stream.get())) {
    std::string name{entry->d_name};
    if (name != "." && name != "..") names.push_back(std::move(name));
    errno = 0;
  }
  if (errno != 0) return failure_of("list", directory);
  std::sort(names.begin(), names.end());
  return names;
}

result<std::unique_ptr<readable_file>> posix_file_system::open_for_reading(
    const std::string& path) {
  auto descriptor = open_descriptor(path, O_RDONLY);
  if (!descriptor.is_open()) return failure_of("open", path);
  struct ::stat found {};
  if (::fstat(descriptor.number(), &found) < 0) return failure_of("look at", path);
  if (S_ISDIR(found.st_mode)) return failure_of("open", path, EISDIR);
  return std::unique_ptr<readable_file>{
      std::make_unique<posix_readable_file>(path, std::move(descriptor))};
}

result<std::unique_ptr<writable_file>> posix_file_system::create(const std::string& path) {
  auto descriptor = open_descriptor(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!descriptor.is_open()) return failure_of("create", path);
  return std::unique_ptr<writable_file>{
      std::make_unique<posix_writable_file>(path, std::move(descriptor))};
}

status posix_file_system::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) < 0) {
    const int failure = errno;
    return failure_of("rename " + from + " to", to, failure);
  }
  return sync_directory_of(to);
}

status posix_file_system::link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  const int failure = errno;
  return failure_of("link " + from + " to", to, failure);
}

status posix_file_system::remove(const std::string& path) {
  if (std::remove(path.c_str()) != 0) return failure_of("remove", path);
  return {};
}

status posix_file_system::make_directories(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (auto made = make_directory(path.substr(0, slash)); !made) return made;
  }
  if (path.empty() || path.back() == '/') return {};
  return make_directory(path);
}

status posix_file_system::remove_directory(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) return failure_of("remove the directory", path);
  return {};
}

result<std::unique_ptr<file_lock>> posix_file_system::lock(const std::string& path) {
  auto descriptor = open_descriptor(path, O_RDWR | O_CREAT);
  if (!descriptor.is_open()) return failure_of("open", path);
  if (uninterrupted([&] { return ::flock(descriptor.number(), LOCK_EX | LOCK_NB); }) < 0) {
    if (errno != EWOULDBLOCK) return failure_of("lock", path);
    return error{error_code::in_use, "lock " + path + ": another process holds it"};
  }
  return std::unique_ptr<file_lock>{std::make_unique<posix_file_lock>(std::move(descriptor))};
}

}  // namespace weir
