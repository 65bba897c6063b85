// SPDX-License-Identifier: Apache-2.0
// Which channel a record takes: forward, hash, rebalance, rescale, shuffle, broadcast, global or
// the user's choice. Works on whole batches; only the scattering of the records is typed
// (`record_batch::scatter`).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "api/job_graph.hpp"
#include "network/output_channel.hpp"

namespace weir {

// The channels of one edge of one task, in the order of the consumer's subtasks.
class channel_set : public scatter_target {
public:
  // `channels` outlives the set.
  explicit channel_set(std::span<output_channel> channels) : channels_{channels} {}

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(channels_.size()); }
  output_channel& operator[](std::uint32_t i) { return channels_[i]; }

  // Moves each record to the channel named for it; leaves the batch empty.
  void scatter(record_batch& batch, std::span<const std::uint32_t> channels);
  void on_full(std::uint32_t channel) override;

private:
  std::span<output_channel> channels_;
  const record_batch* like_ = nullptr;  // While scattering.
};

class partitioner {
public:
  virtual ~partitioner() = default;
  // Moves all records of `batch` to channels. Throws task_failure on a wrong custom route.
  virtual void route(record_batch& batch, channel_set& channels) = 0;
};

struct partitioner_settings {
  partitioning how = partitioning::forward;
  std::shared_ptr<const key_hasher> keys;
  std::shared_ptr<const record_router> router;
  std::uint32_t channel_count = 1;
  std::uint32_t max_parallelism = default_max_parallelism;
  std::uint32_t first_channel = 0;  // Where a round robin begins, so that producers spread out.
  std::uint64_t seed = 0;
};

std::unique_ptr<partitioner> make_partitioner(const partitioner_settings& settings);

}  // namespace weir
