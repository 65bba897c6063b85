// SPDX-License-Identifier: Apache-2.0
// The runtime of one process of a simulated world, and the fabric as that process sees it.
#pragma once

#include "actors/runtime.hpp"
#include "coordination/simulation/random_numbers.hpp"

namespace weir {

class simulated_world;

class simulated_runtime final : public runtime, private fabric {
public:
  simulated_runtime(simulated_world& world, process_id self, std::uint64_t seed);

  process_id process() const override { return self_; }
  caf::actor_system& system() override;
  processing_time now() override;
  std::uint64_t random() override { return random_.next(); }
  weir::fabric& fabric() override { return *this; }
  file_system& files() override;

private:
  void on_spawned(const caf::actor& made) override;
  actor_address publish(const caf::actor& local) override;
  caf::actor resolve(actor_address address) override;
  void watch_peers(const caf::actor& listener) override;

  simulated_world* world_;
  process_id self_;
  random_numbers random_;
};

}  // namespace weir
