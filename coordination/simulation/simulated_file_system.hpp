// SPDX-License-Identifier: Apache-2.0
// A disk in memory, for simulated worlds and for tests: nothing outside is touched, what was
// written can be read back by the test, and it can fail like a disk.
//
// What survives a crash of the machine:
//
// 1. Of a file, what was there at its last sync, and perhaps a part of what was appended since. A
//    sync that failed has lost what it was to make durable, whatever later syncs of the file say.
// 2. Creating, emptying, renaming and removing files and making directories: all of it, once the
//    call has returned. The contract (api/file_system.hpp) promises this of a rename alone; of the
//    others it is an assumption, and a disk that forgets them is not simulated.
//
// The end of a process alone loses nothing; see
// coordination/simulation/simulated_process_files.hpp.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/file_system.hpp"
#include "coordination/simulation/simulated_disk_faults.hpp"

namespace weir {

// Outlives its open files.
class simulated_file_system final : public file_system {
public:
  // The seed decides what faults there are and what a crash loses.
  explicit simulated_file_system(std::uint64_t seed = 0);
  ~simulated_file_system() override;

  // Puts a file there, durably and with its directories.
  void put(const std::string& path, std::string content);
  // The same of one that is input: it does not count as written here.
  void put_given(const std::string& path, std::string content) {
    put(path, std::move(content));
    fetched_.insert(path);
  }
  // The content of a file; empty if there is none.
  std::string content_of(const std::string& path) const;
  // The part of it that would survive a crash for certain.
  std::string synced_content_of(const std::string& path) const;
  // What is behind the disk: whatever this one does not have is read from there, and nothing is
  // ever written there. It must not change meanwhile.
  void put_before(std::shared_ptr<file_system> background) { background_ = std::move(background); }
  // Makes `directory` a disk of its own: a file of it and one outside are never the same.
  void mount(std::string directory) { mounted_ = std::move(directory); }
  // Every file that was written here, in the order in which they got their names.
  std::vector<std::string> written_files() const;
  // Another disk on which everything is as it is on this one, durability included, without faults.
  std::shared_ptr<simulated_file_system> copy(std::uint64_t seed) const;

  // The machine crashes and starts again: of what was not synced nothing, or a random part from
  // its beginning on, is left. What is open now can neither be written nor read any more.
  void crash(random_numbers& random);
  // The same, with chance of its own.
  void crash() { crash(faults_.random()); }

  // --- Damage at rest. Each answers whether there was such a file, and such a byte.
  // ---------------
  bool flip_bit(const std::string& path, std::uint64_t offset, std::uint8_t bit = 0);
  bool truncate(const std::string& path, std::uint64_t size);
  bool lose(const std::string& path);

  // What operations will fail.
  simulated_disk_faults& faults() { return faults_; }
  // How many bytes all files have together.
  std::uint64_t bytes_used() const;

  result<file_status> stat(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& directory) override;
  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override;
  result<std::unique_ptr<writable_file>> create(const std::string& path) override;
  status rename(const std::string& from, const std::string& to) override;
  status link(const std::string& from, const std::string& to) override;
  status remove(const std::string& path) override;
  status make_directories(const std::string& path) override;
  status remove_directory(const std::string& path) override;
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override;

private:
  struct stored_file;
  class reader;
  class writer;

  stored_file* find(const std::string& path) const;
  void note_name(const std::string& path) { named_[path] = ++namings_; }
  // Brings what is behind the disk to the front.
  void fetch(const std::string& path);
  void forget(const std::string& path);

  // Files are shared with their open handles, so that a renamed or removed file stays readable.
  std::map<std::string, std::shared_ptr<stored_file>> files_;
  std::set<std::string> directories_;
  std::string mounted_;  // Empty: there is only one disk.
  // The paths of all that are held. Shared with the locks, which may outlive this.
  std::shared_ptr<std::set<std::string>> locks_ = std::make_shared<std::set<std::string>>();
  std::map<std::string, std::uint64_t> named_;  // When each file got its name.
  std::uint64_t namings_ = 0;
  std::shared_ptr<file_system> background_;
  std::set<std::string> fetched_;  // Given, or from the background and as it is there.
  std::set<std::string> hidden_;   // Of the background, since it was removed here.
  simulated_disk_faults faults_;
  std::uint64_t epoch_ = 0;  // One more with every crash.
};

}  // namespace weir
