// SPDX-License-Identifier: Apache-2.0
// What is said to `on_error`: what becomes of a record that a user's function throws on.
#pragma once

#include <utility>

namespace weir {

struct fail_the_job {};
struct skip_the_record {};
template <class Sink>
struct send_to_dead_letters {
  Sink sink;
};

// The job fails, and says where and why. The default.
inline fail_the_job fail() { return {}; }
// The record is left out and counted.
inline skip_the_record skip_and_count() { return {}; }
// The record goes to `sink` as a dead_letter (api/error_policy.hpp).
template <class Sink>
send_to_dead_letters<Sink> dead_letters_to(Sink sink) {
  return {std::move(sink)};
}

template <class Policy>
struct fail_first {
  Policy then;
};

// The job fails and is run again, as for `fail()`; but a record that has failed it three times is
// skipped, or becomes a dead letter, from then on. Needs checkpoints, or a restart strategy.
inline fail_first<skip_the_record> retry_then(skip_the_record policy) { return {policy}; }
template <class Sink>
fail_first<send_to_dead_letters<Sink>> retry_then(send_to_dead_letters<Sink> policy) {
  return {std::move(policy)};
}

}  // namespace weir
