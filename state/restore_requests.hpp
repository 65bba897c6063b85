// SPDX-License-Identifier: Apache-2.0
// Which wish to begin with a given checkpoint was carried out in a checkpoint directory, and what
// was there before:
//
//   restore-3.after-17    the wish with the number 3 was first begun with when 17 was the highest
//   id
//
// A job manager that is lost before anybody has heard of its first checkpoint is replaced by one
// that is given the same wish. What has a higher id than the mark says was completed since, and is
// to be preferred to what the wish names. Ids only grow (state/checkpoint_directory.hpp), so the
// mark stays true whatever is discarded.
#pragma once

#include <cstdint>
#include <string>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/ids.hpp"

namespace weir {

class restore_requests {
public:
  // `files` outlives this. The directory exists.
  restore_requests(file_system& files, std::string directory);

  // The highest id that was there when `request` was first begun with: `highest`, durably, if that
  // is now. Other wishes are over then, and begin anew should they come again.
  // REQUIRES: request > 0; the caller holds the directory's lock.
  result<checkpoint_id> begin(std::uint64_t request, checkpoint_id highest);

private:
  file_system* files_;
  std::string directory_;
};

}  // namespace weir
