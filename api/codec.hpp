// SPDX-License-Identifier: Apache-2.0
// How values become bytes: on the wire and in snapshots.
//
// Numbers, strings, times, structs, standard containers and Protocol Buffers messages work out of
// the box; `codec<T>` can be specialized for others (api/codecs/contract.hpp says what it offers).
// A key's encoding decides where its state lives, so it must be canonical: equal values, equal
// bytes. Floating-point numbers (0.0 == -0.0) and Protocol Buffers do not promise that, so neither
// they nor what contains them can be a key; one of a message's fields can.
#pragma once

#include "api/codecs/containers.hpp"
#include "api/codecs/contract.hpp"
#include "api/codecs/messages.hpp"
#include "api/codecs/records.hpp"
#include "api/codecs/scalars.hpp"
