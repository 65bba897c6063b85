// SPDX-License-Identifier: Apache-2.0
// The runtime of one life of a process of a simulated world, and the fabric as that process sees
// it.
#pragma once

#include "actors/runtime.hpp"
#include "coordination/simulation/incarnation.hpp"
#include "coordination/simulation/random_numbers.hpp"
#include "coordination/simulation/simulated_process_files.hpp"
#include "state/map_store.hpp"

namespace weir {

class simulated_world;

class simulated_runtime final : public runtime, private fabric {
public:
  simulated_runtime(simulated_world& world, incarnation self, std::uint64_t seed);

  process_id process() const override { return self_.process; }
  caf::actor_system& system() override;
  processing_time now() override;
  std::uint64_t random() override { return random_.next(); }
  weir::fabric& fabric() override { return *this; }
  simulated_process_files& files() override { return files_; }
  entry_stores& stores() override { return stores_; }

private:
  void on_spawned(const caf::actor& made) override;
  actor_address publish(const caf::actor& local) override;
  caf::actor resolve(actor_address address) override;
  void watch_peers(const caf::actor& listener) override;

  simulated_world* world_;
  incarnation self_;
  random_numbers random_;
  simulated_process_files files_;
  map_stores stores_{files_};
};

}  // namespace weir
