// SPDX-License-Identifier: Apache-2.0
// The partitioners of network/partitioner.hpp.
#include "network/partitioner.hpp"

#include <utility>

namespace weir {

void channel_set::scatter(record_batch& batch, std::span<const std::uint32_t> channels) {
  like_ = &batch;
  open.resize(channels_.size());
  for (std::size_t i = 0; i < channels_.size(); ++i) open[i] = &channels_[i].open_batch(batch);
  batch.scatter(channels, *this);
}

void channel_set::on_full(std::uint32_t channel) {
  channels_[channel].close_batch();
  open[channel] = &channels_[channel].open_batch(*like_);
}

namespace {

// Everything to one channel: forward, global, and every way to partition when there is only one.
class single_channel final : public partitioner {
public:
  void route(record_batch& batch, channel_set& channels) override { channels[0].take(batch); }
};

class broadcast_partitioner final : public partitioner {
public:
  void route(record_batch& batch, channel_set& channels) override {
    for (std::uint32_t c = 1; c < channels.size(); ++c) channels[c].copy(batch);
    channels[0].take(batch);
  }
};

class round_robin final : public partitioner {
public:
  explicit round_robin(std::uint32_t first) : next_{first} {}

  void route(record_batch& batch, channel_set& channels) override {
    chosen_.resize(batch.size());
    for (auto& channel : chosen_) {
      channel = next_;
      if (++next_ == channels.size()) next_ = 0;
    }
    channels.scatter(batch, chosen_);
  }

private:
  std::uint32_t next_;
  std::vector<std::uint32_t> chosen_;
};

class shuffle_partitioner final : public partitioner {
public:
  explicit shuffle_partitioner(std::uint64_t seed) : state_{seed} {}

  void route(record_batch& batch, channel_set& channels) override {
    chosen_.resize(batch.size());
    for (auto& channel : chosen_) {
      state_ += 0x9E3779B97F4A7C15ULL;  // splitmix64, by S. Vigna.
      channel = static_cast<std::uint32_t>(scale_to(mix(state_), channels.size()));
    }
    channels.scatter(batch, chosen_);
  }

private:
  std::uint64_t state_;
  std::vector<std::uint32_t> chosen_;
};

class hash_partitioner final : public partitioner {
public:
  hash_partitioner(std::shared_ptr<const key_hasher> keys, std::uint32_t channel_count,
                   std::uint32_t max_parallelism)
      : keys_{std::move(keys)}, max_parallelism_{max_parallelism} {
    owners_.resize(max_parallelism);
    for (std::uint32_t group = 0; group < max_parallelism; ++group) {
      owners_[group] =
          owner_of(static_cast<key_group>(group), channel_count, max_parallelism).value;
    }
  }

  void route(record_batch& batch, channel_set& channels) override {
    hashes_.resize(batch.size());
    chosen_.resize(batch.size());
    keys_->hash(batch, hashes_);
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
      chosen_[i] = owners_[key_group_of(hashes_[i], max_parallelism_)];
    }
    channels.scatter(batch, chosen_);
  }

private:
  std::shared_ptr<const key_hasher> keys_;
  std::uint32_t max_parallelism_;
  std::vector<std::uint32_t> owners_;  // Of each key group.
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> chosen_;
};

class custom_partitioner final : public partitioner {
public:
  explicit custom_partitioner(std::shared_ptr<const record_router> router)
      : router_{std::move(router)} {}

  void route(record_batch& batch, channel_set& channels) override {
    chosen_.resize(batch.size());
    router_->route(batch, channels.size(), chosen_);
    channels.scatter(batch, chosen_);
  }

private:
  std::shared_ptr<const record_router> router_;
  std::vector<std::uint32_t> chosen_;
};

}  // namespace

std::unique_ptr<partitioner> make_partitioner(const partitioner_settings& settings) {
  // The user's function is asked even if there is only one answer: a wrong one must show.
  if (settings.how == partitioning::custom) {
    return std::make_unique<custom_partitioner>(settings.router);
  }
  if (settings.channel_count == 1) return std::make_unique<single_channel>();
  switch (settings.how) {
    case partitioning::hash:
      return std::make_unique<hash_partitioner>(settings.keys, settings.channel_count,
                                                settings.max_parallelism);
    case partitioning::rebalance:
    case partitioning::rescale:
      return std::make_unique<round_robin>(settings.first_channel % settings.channel_count);
    case partitioning::shuffle:
      return std::make_unique<shuffle_partitioner>(settings.seed);
    case partitioning::broadcast:
      return std::make_unique<broadcast_partitioner>();
    case partitioning::forward:
    case partitioning::global:
    case partitioning::custom:
      break;
  }
  return std::make_unique<single_channel>();
}

}  // namespace weir
