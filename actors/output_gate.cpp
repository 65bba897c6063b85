// SPDX-License-Identifier: Apache-2.0
// The edges behind actors/output_gate.hpp.
#include "actors/output_gate.hpp"

#include <algorithm>
#include <utility>

#include "api/type_name.hpp"

namespace weir {

class output_gate::edge_output final : public output {
public:
  edge_output(std::unique_ptr<partitioner> how, std::span<output_channel> channels)
      : partitioner_{std::move(how)}, channels_{channels} {}

  void emit(record_batch& batch) override {
    if (!batch.empty()) partitioner_->route(batch, channels_);
  }
  channel_set& channels() { return channels_; }

private:
  std::unique_ptr<partitioner> partitioner_;
  channel_set channels_;
};

output_gate::output_gate(const task_description& description) {
  std::size_t total = 0;
  for (const auto& edge : description.output_edges) total += edge.channel_count;
  channels_.reserve(total);
  for (const auto& edge : description.output_edges) {
    for (std::uint32_t i = 0; i < edge.channel_count; ++i) {
      channels_.emplace_back(description.credit_window);
      types_.push_back(edge.type);
    }
  }
  std::size_t first = 0;
  for (const auto& edge : description.output_edges) {
    auto how = make_partitioner({.how = edge.how,
                                 .keys = edge.keys,
                                 .router = edge.router,
                                 .channel_count = edge.channel_count,
                                 .max_parallelism = description.max_parallelism,
                                 .first_channel = description.subtask.value,
                                 .seed = description.seed + edges_.size()});
    edges_.push_back(std::make_unique<edge_output>(
        std::move(how), std::span{channels_}.subspan(first, edge.channel_count)));
    first += edge.channel_count;
  }
}

output_gate::~output_gate() = default;

output& output_gate::edge(std::uint32_t edge) { return *edges_[edge]; }

void output_gate::emit_watermark(std::uint32_t edge, event_time watermark) {
  auto& channels = edges_[edge]->channels();
  for (std::uint32_t c = 0; c < channels.size(); ++c) channels[c].set_watermark(watermark);
}

void output_gate::emit_idle(std::uint32_t edge, bool is_idle) {
  auto& channels = edges_[edge]->channels();
  for (std::uint32_t c = 0; c < channels.size(); ++c) channels[c].set_idle(is_idle);
}

void output_gate::emit_barrier(checkpoint_id checkpoint, const snapshot_base& base) {
  for (auto& channel : channels_) channel.put_barrier(checkpoint, base);
}

void output_gate::emit_end() {
  for (auto& channel : channels_) channel.set_end();
}

void output_gate::on_granted(channel_index channel, credit_grant grant) {
  channels_[channel.value].on_granted(std::move(grant));
}

status output_gate::lead_far(channel_index channel) {
  const element_type& type = types_[channel.value];
  if (!type.can_travel()) {
    return error{
        error_code::plan_error,
        "records of type " + type_name(type.type()) +
            " have no codec, so they cannot go to another process; make it a plain struct, "
            "or specialize weir::codec for it (api/codec.hpp)"};
  }
  channels_[channel.value].encode_as(type);
  return {};
}

void output_gate::send(const send_function& send) {
  for (std::uint32_t c = 0; c < channels_.size(); ++c) {
    if (channels_[c].is_drained()) continue;  // As most are, most of the time.
    while (auto leaving = channels_[c].next(false)) send({c}, std::move(*leaving));
  }
}

bool output_gate::is_blocked() const noexcept {
  return std::any_of(channels_.begin(), channels_.end(),
                     [](const auto& channel) { return channel.is_blocked(); });
}

bool output_gate::is_drained() const noexcept {
  return std::all_of(channels_.begin(), channels_.end(),
                     [](const auto& channel) { return channel.is_drained(); });
}

}  // namespace weir
