// SPDX-License-Identifier: Apache-2.0
// The production runtime: CAF's work-stealing scheduler, the system's clock and disk.
#pragma once

#include <memory>
#include <mutex>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/runtime.hpp"
#include "network/local_fabric.hpp"
#include "state/entry_stores_maker.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

// What a worker does that has no work.
enum class idle_workers : std::uint8_t {
  look_around,  // Five thousand times a second: what comes is handled almost at once.
  sleep,        // Until it is woken: of a process that mostly waits, and costs nothing then.
};

class caf_runtime final : public runtime {
public:
  // `threads` worker threads; 0: one for each core.
  caf_runtime(std::uint32_t threads, entry_stores_maker maker,
              idle_workers idle = idle_workers::look_around);
  // Waits until every actor has ended; ending them is the caller's business.
  ~caf_runtime() override;

  process_id process() const override { return {}; }
  caf::actor_system& system() override { return *system_; }
  processing_time now() override;
  std::uint64_t random() override;
  weir::fabric& fabric() override { return fabric_; }
  file_system& files() override { return files_; }
  entry_stores& stores() override { return *stores_; }

private:
  local_fabric fabric_{process_id{}};
  posix_file_system files_;
  std::unique_ptr<entry_stores> stores_;
  std::mutex guard_;
  std::uint64_t random_state_;
  caf::actor_system_config config_;
  // Last, so that it is destroyed first: actors use everything above until they have ended.
  std::unique_ptr<caf::actor_system> system_;
};

}  // namespace weir
