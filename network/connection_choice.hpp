// SPDX-License-Identifier: Apache-2.0
// Two processes have one connection, though both may dial at once, and either may dial again
// because it has lost the connection that the other still takes to be open.
//
// The process with the lower id decides; the other follows. It sends no proof on a connection that
// it does not want, so the other side never takes such a connection to be open:
//
//   - While the lower one waits for the last proof on a connection it dialed, it refuses those that
//     the other dials; when it takes one of those, it gives its own attempt up.
//   - The higher one takes whatever the lower one has proved on.
//   - A process dials only while it has no connection to the peer. So a new connection replaces one
//     that the same process has dialed before: that one is lost there.
//   - A later life of a process replaces an earlier one, which never comes back.
#pragma once

#include <cstdint>

#include "network/handshake.hpp"

namespace weir {

// What this side knows of a peer.
struct known_peer {
  std::uint64_t incarnation = 0;  // The newest that was connected, or answers here.
  bool is_open = false;           // There is a connection to that life of it,
  bool is_dialed_here = false;    // which this side has dialed.
  bool has_proved = false;        // This side dials it, and has sent its proof there.
};

class connection_choice {
public:
  explicit connection_choice(process_id self) : self_{self} {}

  // May this connection be confirmed? If not, why. After a yes the open connection to that peer, if
  // there is one, is over, and so is this side's own attempt if the candidate was dialed there.
  status decide(const peer_identity& candidate, bool is_dialed_here, const known_peer& known) const;

private:
  process_id self_;
};

}  // namespace weir
