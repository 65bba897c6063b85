// SPDX-License-Identifier: Apache-2.0
// The lives of job managers in one checkpoint directory, numbered by it:
//
//   life-4                 the newest life: the text of its token (api/attempt_token.hpp)
//   life-5.draft-1a2b3c4d  somebody is about to begin the fifth
//
// 1. A life begins with the link to its name, which only one job manager can make.
// 2. Who made it looks whether there is a later one, and if so begins again: then those of former
//    lives may have been removed, and the name have been free for that reason alone.
// 3. The names of former lives are removed by whoever has begun a later one.
// So no number is given twice.
#pragma once

#include <cstdint>
#include <string>

#include "api/attempt_token.hpp"
#include "api/error.hpp"
#include "api/file_system.hpp"

namespace weir {

class checkpoint_lives {
public:
  // `files` outlives this. The directory exists.
  checkpoint_lives(file_system& files, std::string directory);

  // The number of the newest life; 0 if there is none.
  result<std::uint32_t> newest() const;
  // Begins the next life, durably: its token, without the number of an attempt. No later one had
  // begun by then. `chance` is drawn anew for each call. After an error the number may be used up.
  result<attempt_token> begin(std::uint64_t chance);

private:
  std::string path_of(std::uint32_t life) const;
  // The directory's part of the token of an existing life.
  result<std::uint64_t> directory_in(std::uint32_t life) const;
  // Whether the life has this token now; false if somebody else has it, or a later one has begun.
  result<bool> claim(const attempt_token& token);
  void remove_former(std::uint32_t life);

  file_system* files_;
  std::string directory_;
};

}  // namespace weir
