// SPDX-License-Identifier: Apache-2.0
// The programs of a cluster's jobs on the disk of one node, each under the SHA-256 of its bytes:
// what has that name is that program, on every node, and is stored once however often it is
// submitted.
//
//   DIRECTORY/<sha256>           whole, and checked
//   DIRECTORY/.draft-<sha256>    what has arrived so far; nobody uses it
//
// 1. A file gets its name only when all its bytes have the digest that is their name.
// 2. A draft is begun anew by every life of the store; one that turns out wrong is removed, and so
//    is one that does not go on.
// 3. A program is removed when it is told that no job needs it, and not before nobody has wanted
//    it for a while: its upload may be over, and the job that is to run it on its way.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/file_system.hpp"
#include "api/time.hpp"
#include "network/sha256.hpp"

namespace weir {

// The most bytes that are uploaded or fetched at once, and the most that a program may have.
inline constexpr std::size_t most_chunk_bytes = std::size_t{1} << 20;
inline constexpr std::uint64_t most_program_bytes = std::uint64_t{1} << 30;
// So many uploads are under way at once; for one more the one that was begun first is dropped.
inline constexpr std::size_t most_drafts = 8;
// What nobody has wanted for so long may go, and an upload to which nothing was added.
inline constexpr duration longest_idleness = std::chrono::hours{1};

struct blob_chunk {
  std::string hash{};
  std::uint64_t total = 0;   // Bytes of the whole.
  std::uint64_t offset = 0;  // Of the first of these in it.
  std::string bytes{};
};

class blob_store {
public:
  // `files` outlives the store. The directory is made when it is needed.
  blob_store(file_system& files, std::string directory, duration patience = longest_idleness);

  // Where that program is; it is there once it is whole.
  std::string path_of(const std::string& hash) const;
  // Those that are whole. Fails if the disk cannot say.
  result<std::vector<std::string>> list();
  // Whether it is whole. Fails if the disk cannot say, or if that is no hash.
  result<bool> has(const std::string& hash);

  // Takes a chunk, and answers with the offset of the next that is needed: the total, once the
  // program is whole. A chunk that is not the next changes nothing, so whoever asks with an empty
  // one learns where to go on, and several may upload the same. Fails if the chunk cannot be part
  // of a program, if the disk fails, or if the whole has another digest: it is forgotten then.
  result<std::uint64_t> add(const blob_chunk& chunk, processing_time now);

  // What is at that offset, most_chunk_bytes at most. Fails if it is not whole.
  result<blob_chunk> read(const std::string& hash, std::uint64_t offset);

  // Somebody wants that program, whether or not it is here.
  // What is no hash is ignored: whoever asks for that is answered elsewhere.
  void use(const std::string& hash, processing_time now) {
    if (is_sha256(hash)) last_uses_[hash] = now;
  }
  // Of how many programs it is known when somebody wanted them last.
  std::size_t remembered_uses() const { return last_uses_.size(); }
  // Removes that program, of which the caller knows that no job needs it, if nobody has wanted it
  // for as long as the patience says; of one that nobody has wanted in this life of the store that
  // time begins now. Answers whether it was removed. Fails if the disk fails, or if that is no
  // hash.
  result<bool> remove_unused(const std::string& hash, processing_time now);
  // Removes drafts to which nothing was added for as long. To be called now and then.
  void remove_idle_drafts(processing_time now);
  // Removes the drafts of former lives. REQUIRES: nothing was added yet.
  status remove_former_drafts();

private:
  struct draft {
    std::unique_ptr<writable_file> file;
    sha256 sum;
    std::uint64_t total = 0;
    std::uint64_t written = 0;
    std::uint64_t begun = 0;  // The how manieth draft it is.
    processing_time extended{};
  };

  std::string draft_path_of(const std::string& hash) const;
  result<draft*> draft_of(const blob_chunk& chunk, processing_time now);
  void remove_draft(std::map<std::string, draft>::iterator which);
  status append(draft& to, const blob_chunk& chunk);
  status complete(draft& finished, const std::string& hash);

  file_system* files_;
  std::string directory_;
  std::map<std::string, draft> drafts_;
  std::uint64_t last_draft_ = 0;
  duration patience_;
  std::map<std::string, processing_time> last_uses_;
};

// The hash of a file as a program of this store. Fails if it cannot be read, or is too large.
result<std::string> program_hash(file_system& files, const std::string& path);

}  // namespace weir
