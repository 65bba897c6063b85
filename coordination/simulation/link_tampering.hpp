// SPDX-License-Identifier: Apache-2.0
// What may happen to a message between two processes besides its delay, for tests that ask whether
// anybody would notice: lost, doubled, changed, or in the company of one that nobody sent.
//
// Links do none of this by themselves, and the engine may rely on that: what a link carries arrives
// once and in order, or the connection ends. So this shows what a broken sender would do, or a
// receiver that does not look, while the engine's code stays as it is.
#pragma once

#include <functional>
#include <vector>

#include <caf/message.hpp>

#include "network/fabric.hpp"

namespace weir {

// Sees each message when it is sent to an actor of another process, and answers what will arrive
// there in its place, in that order: the message alone changes nothing, nothing at all loses it.
//
// What a `frame_sent` or a `credit_granted` holds is taken by the first who handles it; to deliver
// one twice, its content must be copied. Draws no number of the world's: a run without tampering
// and one with tampering that changes nothing are the same.
using link_tampering =
    std::function<std::vector<caf::message>(actor_address to, const caf::message& content)>;

}  // namespace weir
