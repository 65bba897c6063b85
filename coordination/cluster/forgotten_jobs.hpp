// SPDX-License-Identifier: Apache-2.0
// The jobs whose records a leader has dropped, and what they had run: what nodes may remove.
//
// Why a list, and not all that no record knows: a store may be empty or lost - another disk is
// mounted there, or none - and a record may be damaged. What a leader does not know then is not
// what nobody needs. So nothing is removed but what was known, and forgotten on purpose:
//
// 1. A job is in the list, and the list is stored, before its record is erased.
// 2. A job that has a record is none of those that go, whatever the list says; nor is a program
//    that a job with a record runs or has run.
// 3. A leader that cannot read a record says nothing of what goes: it does not know what that job
//    runs. Of a list that cannot be read, or that has become too long, files stay where they are.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/fields.hpp"

namespace weir {

struct forgotten_job {
  std::string id{};
  std::string program{};  // The hash.
  friend bool operator==(const forgotten_job&, const forgotten_job&) = default;
};
WEIR_FIELDS(forgotten_job, id, program)

// The name of the list in a high-availability store.
inline constexpr std::string_view forgotten_entry = "forgotten";
// The newest are kept: a node that was away meanwhile has missed none of them.
inline constexpr std::size_t most_forgotten_jobs = 1000;

class forgotten_jobs {
public:
  // One whose names cannot be those of files is left out.
  void add(forgotten_job one);
  const std::vector<forgotten_job>& all() const { return all_; }  // The newest first.
  // The hashes of what they had run, without those that are in use.
  std::vector<std::string> programs_but(const std::set<std::string>& in_use) const;

  // As an entry of a high-availability store, and back. The text begins with its version.
  std::string stored_text() const;
  // Fails with error_code::corrupt_data for anything that stored_text has not made.
  static result<forgotten_jobs> read_stored(std::string_view text);

private:
  std::vector<forgotten_job> all_;
};

}  // namespace weir
