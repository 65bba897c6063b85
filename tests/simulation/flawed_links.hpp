// SPDX-License-Identifier: Apache-2.0
// Processes that break one rule of the protocol each, as the others see them: by what they send.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/all.hpp>

#include "actors/caf_messages.hpp"
#include "coordination/simulation/link_tampering.hpp"
#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {

using arriving = std::vector<caf::message>;

template <class Message>
const Message* as(const caf::message& content) {
  return content.match_elements<Message>() ? &content.get_as<Message>(0) : nullptr;
}

// The last acknowledgement of a checkpoint is not waited for: it is made up when only one of
// `task_count` is missing.
inline link_tampering missing_acknowledgement_ignored(std::uint32_t task_count) {
  auto acknowledged = std::make_shared<std::map<checkpoint_id, std::set<std::uint32_t>>>();
  return [task_count, acknowledged](actor_address, const caf::message& content) -> arriving {
    const auto* fact = as<checkpoint_acknowledged>(content);
    if (fact == nullptr) return {content};
    auto& by = (*acknowledged)[fact->checkpoint];
    by.insert(fact->task.value);
    if (by.size() + 1 != task_count) return {content};
    std::uint32_t missing = 0;
    while (by.contains(missing)) ++missing;
    return {content, caf::make_message(
                         checkpoint_acknowledged{fact->attempt, fact->checkpoint, {missing}, {}})};
  };
}

// An acknowledgement of the attempt or the checkpoint before counts as one of this.
inline link_tampering stale_acknowledgements_accepted() {
  auto last = std::make_shared<std::map<std::uint32_t, checkpoint_acknowledged>>();
  return [last](actor_address, const caf::message& content) -> arriving {
    const auto* fact = as<checkpoint_acknowledged>(content);
    if (fact == nullptr) return {content};
    arriving all{content};
    for (auto& [task, stale] : *last) {
      if (stale.checkpoint == fact->checkpoint || task == fact->task.value) continue;
      auto taken_for_new = stale;
      taken_for_new.attempt = fact->attempt;
      taken_for_new.checkpoint = fact->checkpoint;
      all.push_back(caf::make_message(std::move(taken_for_new)));
    }
    last->insert_or_assign(fact->task.value, *fact);
    return all;
  };
}

// A barrier leaves before the records that it should follow; they come with the next frame.
inline link_tampering barrier_overtakes_data() {
  using channel = std::pair<actor_address, std::uint32_t>;
  auto held = std::make_shared<std::map<channel, frame>>();
  return [held](actor_address to, const caf::message& content) -> arriving {
    const auto* message = as<frame_sent>(content);
    if (message == nullptr || !message->content) return {content};
    frame& sent = *message->content;
    const channel place{to, message->channel.value};
    if (const auto before = held->find(place); before != held->end()) {
      frame& late = before->second;
      sent.encoded = late.encoded + sent.encoded;
      if (late.watermark && !sent.watermark) sent.watermark = late.watermark;
      held->erase(before);
    } else if (sent.barrier && !sent.encoded.empty() && !sent.end) {
      frame& late = (*held)[place];
      late.encoded = std::exchange(sent.encoded, {});
      late.watermark = std::exchange(sent.watermark, std::nullopt);
    }
    return {content};
  };
}

// A checkpoint is discarded when the next one begins, not when that has completed.
inline link_tampering checkpoint_discarded_too_early(std::shared_ptr<simulated_file_system> disk) {
  return [disk](actor_address, const caf::message& content) -> arriving {
    const auto* order = as<trigger_checkpoint>(content);
    if (order == nullptr || order->checkpoint.value < 2) return {content};
    const auto before = "/checkpoints/chk-" + std::to_string(order->checkpoint.value - 1);
    if (const auto names = disk->list(before)) {
      for (const auto& name : *names) disk->lose(before + "/" + name);
    }
    return {content};
  };
}

// When a checkpoint has completed, everything of the earlier ones goes, also what it shares.
inline link_tampering shared_file_deleted_too_early(std::shared_ptr<simulated_file_system> disk) {
  return [disk](actor_address, const caf::message& content) -> arriving {
    const auto* fact = as<checkpoint_completed>(content);
    if (fact == nullptr) return {content};
    for (auto id = fact->checkpoint.value - 1; id > 0; --id) {
      const auto before = "/checkpoints/chk-" + std::to_string(id);
      if (const auto names = disk->list(before)) {
        for (const auto& name : *names) disk->lose(before + "/" + name);
      }
    }
    return {content};
  };
}

// Every third checkpoint comes to nothing.
inline link_tampering acknowledgements_lost() {
  return [](actor_address, const caf::message& content) -> arriving {
    const auto* fact = as<checkpoint_acknowledged>(content);
    return fact != nullptr && fact->checkpoint.value % 3 == 0 ? arriving{} : arriving{content};
  };
}

// Snapshots refer to those of the checkpoint before, whether that has completed or not.
inline link_tampering base_not_confirmed() {
  return
      [lost = acknowledgements_lost()](actor_address to, const caf::message& content) -> arriving {
        const auto* order = as<trigger_checkpoint>(content);
        if (order == nullptr) return lost(to, content);
        auto changed = *order;
        changed.base.checkpoint.value = order->checkpoint.value - 1;
        return {caf::make_message(changed)};
      };
}

// --- What the protocol must bear
// -------------------------------------------------------------------

inline link_tampering completions_lost() {
  return [](actor_address, const caf::message& content) -> arriving {
    if (as<checkpoint_completed>(content) != nullptr) return {};
    return {content};
  };
}

inline link_tampering control_messages_doubled() {
  return [](actor_address, const caf::message& content) -> arriving {
    const bool is_doubled = as<checkpoint_completed>(content) != nullptr ||
                            as<checkpoint_acknowledged>(content) != nullptr ||
                            as<trigger_checkpoint>(content) != nullptr ||
                            as<task_drained>(content) != nullptr;
    return is_doubled ? arriving{content, content} : arriving{content};
  };
}

}  // namespace weir
