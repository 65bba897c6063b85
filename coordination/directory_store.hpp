// SPDX-License-Identifier: Apache-2.0
// A high-availability store in a directory that all participants share: one disk, or a network file
// system whose links and renames are atomic.
//
//   term-7              exists once term 7 has begun; says who leads in it
//   beat-7              a number that its leader counts up
//   resigned-7          its leader has given it up
//   entries-7/NAME      the entries of term 7
//   complete-7          they are all there
//
// 1. A term begins with the link to its name, which only one participant can make.
// 2. Its leader then copies the entries of the newest complete term, and only then calls its own
//    complete: from there on nobody looks at former ones, whatever a former leader writes.
// 3. Whoever has written an entry looks whether a later term has begun, and if so does not say that
//    it is written. So what was said to be written was there before the next leader began to copy.
// 4. A beat counts if no later term has begun when it has been shown. So whoever begins a term and
//    then finds the beat as it was knows that the former leader has shown none since.
// 5. Former terms are removed by the leader of a later one that is complete.
#pragma once

#include <string>

#include "api/file_system.hpp"
#include "coordination/high_availability_store.hpp"

namespace weir {

class directory_store final : public high_availability_store {
public:
  // `files` outlives the store. The directory is made when it is needed. REQUIRES: path not empty.
  directory_store(file_system& files, std::string path);

  result<leadership> look() override;
  result<bool> take(const leadership& seen, const std::string& holder) override;
  result<bool> renew(leader_term term) override;
  status resign(leader_term term) override;
  result<std::map<std::string, std::string>> entries() override;
  status put(leader_term term, const std::string& name, std::string_view text) override;
  status erase(leader_term term, const std::string& name) override;

private:
  // The newest term that has begun; the newest that is complete.
  struct known_terms {
    leader_term begun = 0;
    leader_term complete = 0;
  };

  std::string path_of(std::string_view kind, leader_term term) const;
  result<known_terms> terms();
  result<std::uint64_t> beat_of(leader_term term);
  result<std::map<std::string, std::string>> entries_of(leader_term term);
  // The file is there with this content, or is as it was.
  status write(const std::string& path, std::string_view text);
  status begin(leader_term term, const std::string& holder);
  status copy_entries(leader_term from, leader_term to);
  error lost(leader_term term) const;
  // Fails if a later term has begun, or if this one is not there.
  status check_newest(leader_term term, const std::string& activity);
  void remove_before(leader_term term);

  file_system* files_;
  std::string path_;
  std::uint64_t beat_ = 0;
};

}  // namespace weir
