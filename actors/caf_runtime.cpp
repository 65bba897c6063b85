// SPDX-License-Identifier: Apache-2.0
// The one place of the engine that reads the real clock; see actors/caf_runtime.hpp.
#include "actors/caf_runtime.hpp"

#include <chrono>
#include <random>
#include <thread>

#include <caf/all.hpp>

#include "api/key_group.hpp"

namespace weir {

namespace {

std::uint64_t seed_from_system() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

void configure(caf::actor_system_config& config, std::uint32_t threads, idle_workers idle) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  config.set("scheduler.max-threads", static_cast<std::uint64_t>(threads));
  // CAF's defaults let an idle worker sleep 10 ms, which shows in every latency.
  const auto span = [](auto time) { return caf::timespan{time}; };
  config.set("work-stealing.moderate-sleep-duration", span(std::chrono::microseconds{20}));
  config.set("work-stealing.relaxed-sleep-duration", span(std::chrono::microseconds{200}));
  // Its workers wait at one queue instead of looking for work in each other's.
  if (idle == idle_workers::sleep) config.set("scheduler.policy", caf::atom("sharing"));
  // One busy actor must not keep a worker for itself.
  config.set("scheduler.max-throughput", std::uint64_t{64});
}

}  // namespace

caf_runtime::caf_runtime(std::uint32_t threads, entry_stores_maker maker, idle_workers idle)
    : stores_{maker(files_)}, random_state_{seed_from_system()} {
  configure(config_, threads, idle);
  system_ = std::make_unique<caf::actor_system>(config_);
}

caf_runtime::~caf_runtime() = default;

processing_time caf_runtime::now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return processing_time{std::chrono::duration_cast<duration>(since_epoch)};
}

std::uint64_t caf_runtime::random() {
  const std::scoped_lock lock{guard_};
  random_state_ += 0x9E3779B97F4A7C15ULL;  // splitmix64, by S. Vigna.
  return mix(random_state_);
}

}  // namespace weir
