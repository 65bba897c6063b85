// SPDX-License-Identifier: Apache-2.0
// The contract of what outlives every leader: who leads, and what the leader must not forget -
// which jobs there are, and where their newest checkpoints lie.
//
// A leader leads for a term. Terms are numbered, each later one higher, and what a leader writes is
// written in its term: once a later term has begun, nothing it still does can be seen. A store has
// no clock. It shows a beat that the leader changes; for how long it may stand still is decided by
// those who watch it, each by its own clock (coordination/leader_election.hpp).
//
// Entries are small texts by name: 1 to 100 of the characters a-z, 0-9, '-', '_' and '.', not
// beginning with '.'.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

using leader_term = std::uint64_t;  // From 1; 0: there has been no leader.

// The newest term as somebody sees it.
struct leadership {
  leader_term term = 0;
  std::string holder{};       // What its leader has called itself.
  std::uint64_t beat = 0;     // Changes while the leader is well.
  bool has_resigned = false;  // Its leader has given it up.
  friend bool operator==(const leadership&, const leadership&) = default;
};

// Errors say that the store could not be asked, or what could not be done; whether a change was
// made is not known then. One participant uses an object at a time.
class high_availability_store {
public:
  virtual ~high_availability_store() = default;

  virtual result<leadership> look() = 0;
  // Begins the term after `seen`, with all entries that there are. False: somebody else was first,
  // or the leader that was seen has shown a beat since; its term may be over all the same.
  // `holder` names this participant and no other, nor this one in another life.
  virtual result<bool> take(const leadership& seen, const std::string& holder) = 0;
  // Changes the beat. False: a later term has begun.
  virtual result<bool> renew(leader_term term) = 0;
  // Somebody else may lead at once.
  virtual status resign(leader_term term) = 0;

  // Those of the newest term that is complete.
  virtual result<std::map<std::string, std::string>> entries() = 0;
  // Once they returned, everybody sees the change, and later terms begin with it. Fail with
  // error_code::in_use if a later term has begun.
  virtual status put(leader_term term, const std::string& name, std::string_view text) = 0;
  // Succeeds if there is no such entry.
  virtual status erase(leader_term term, const std::string& name) = 0;
};

// Whether it can be the name of an entry.
bool is_entry_name(std::string_view name);
// Fails with error_code::invalid_argument if it cannot.
status check_entry_name(const std::string& name);

}  // namespace weir
