// SPDX-License-Identifier: Apache-2.0
// A log between a sink and a simulated one that undoes one rule of the sink's protocol, so that a
// simulation can be asked whether it notices.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordination/simulation/simulated_log.hpp"

namespace weir {

enum class log_flaw {
  none,
  no_marker,               // What a transaction sets is forgotten.
  marker_outside,          // It is set by a transaction of its own, behind the other.
  marker_before,           // The same, before it.
  unknown_taken_for_lost,  // The marker is not asked whether a transaction was committed.
  unknown_taken_for_done,  // A commit without an answer counts as one.
  // Each producer has a transactional id of its own, so that nothing becomes of what a former one
  // has left open, and nobody waits for that.
  no_fencing,
};

class flawed_log final : public replayable_log {
public:
  flawed_log(std::shared_ptr<simulated_log> log, log_flaw flaw)
      : log_{std::move(log)}, flaw_{flaw} {}

  // A run begins.
  void restart() {
    producers_ = 0;
    believed_.clear();
  }

  std::string name() const override { return log_->name(); }
  bool is_bounded() const override { return log_->is_bounded(); }
  log_result<std::uint32_t> partitions_of(const std::string& topic) override {
    return log_->partitions_of(topic);
  }
  log_result<log_offsets> offsets_of(const log_partition& partition) override {
    return log_->offsets_of(partition);
  }
  log_result<fetched_records> fetch(const log_partition& partition, std::uint64_t offset,
                                    std::size_t max_records) override {
    return log_->fetch(partition, offset, max_records);
  }
  log_status append(const std::string& topic, const std::vector<log_record>& records) override {
    return log_->append(topic, records);
  }

  log_result<std::unique_ptr<log_producer>> make_producer(
      const std::string& transactional_id, const log_producer_options& options) override {
    auto id = transactional_id;
    if (flaw_ == log_flaw::no_fencing) id += "#" + std::to_string(++producers_);
    auto made = log_->make_producer(id, options);
    if (!made) return made.failure();
    return std::unique_ptr<log_producer>{std::make_unique<producer>(*this, std::move(*made), id)};
  }
  log_result<std::optional<std::string>> metadata_of(const std::string& group) override {
    auto metadata = log_->metadata_of(group);
    const bool is_open_elsewhere =
        !metadata && metadata.failure().message.find(": an open transaction") != std::string::npos;
    const bool is_ignored = flaw_ == log_flaw::unknown_taken_for_lost ||
                            (flaw_ == log_flaw::no_fencing && is_open_elsewhere);
    if (!is_ignored) return metadata;
    const auto believed = believed_.find(group);
    if (believed == believed_.end()) return std::optional<std::string>{};
    return std::optional{believed->second};
  }

private:
  class producer final : public log_producer {
  public:
    producer(flawed_log& log, std::unique_ptr<log_producer> real, std::string id)
        : log_{&log}, real_{std::move(real)}, id_{std::move(id)} {}

    log_status begin() override { return real_->begin(); }
    log_status append(const std::string& topic, const std::vector<log_record>& records) override {
      return real_->append(topic, records);
    }
    log_status put_metadata(const std::string& group, const std::string& metadata) override {
      group_ = group;
      metadata_ = metadata;
      switch (log_->flaw_) {
        case log_flaw::no_marker:
        case log_flaw::marker_outside:
          return log_done{};
        case log_flaw::marker_before:
          return set_alone(group, metadata);
        default:
          return real_->put_metadata(group, metadata);
      }
    }
    log_status commit() override {
      const auto committed = real_->commit();
      if (!committed && committed.failure().what == log_failure::unknown_result) {
        return log_->flaw_ == log_flaw::unknown_taken_for_done ? log_status{log_done{}} : committed;
      }
      if (!committed) return committed;
      log_->believed_[group_] = metadata_;
      return log_->flaw_ == log_flaw::marker_outside ? set_alone(group_, metadata_) : committed;
    }
    log_status abort() override { return real_->abort(); }

  private:
    log_status set_alone(const std::string& group, const std::string& metadata) {
      auto other = log_->log_->make_producer(id_ + "-marker", {});
      if (!other) return other.failure();
      if (auto begun = (*other)->begin(); !begun) return begun;
      if (auto put = (*other)->put_metadata(group, metadata); !put) return put;
      return (*other)->commit();
    }

    flawed_log* log_;
    std::unique_ptr<log_producer> real_;
    std::string id_;
    std::string group_;
    std::string metadata_;
  };

  std::shared_ptr<simulated_log> log_;
  log_flaw flaw_;
  std::uint64_t producers_ = 0;
  std::map<std::string, std::string> believed_;  // What a known commit has set, by group.
};

}  // namespace weir
