// SPDX-License-Identifier: Apache-2.0
// The broker: topics, and the coordinator of transactions. See
// coordination/simulation/simulated_log.hpp.
#include "coordination/simulation/simulated_log.hpp"

#include <algorithm>
#include <utility>

#include "api/key_group.hpp"

namespace weir {

namespace {

using fate = simulated_log_faults::fate;
using commit_fate = simulated_log_faults::commit_fate;

// Few, so that a short topic still takes many steps.
constexpr std::size_t most_fetched = 16;

}  // namespace

// --- A producer ----------------------------------------------------------------------------------

class simulated_log::producer final : public log_producer {
public:
  producer(simulated_log& log, std::string id, std::uint64_t epoch)
      : log_{&log}, id_{std::move(id)}, epoch_{epoch} {}

  log_status begin() override {
    const std::lock_guard held{log_->lock_};
    if (failed_) return *failed_;
    const auto now = log_->now();
    log_->pass_time(now);
    auto* const state = find();
    if (state == nullptr) return fenced("begin a transaction");
    WEIR_ASSERT(!state->open);
    state->open.emplace(open_transaction{{++log_->last_transaction_}, now, {}, {}});
    return log_done{};
  }

  log_status append(const std::string& topic, const std::vector<log_record>& records) override {
    const std::lock_guard held{log_->lock_};
    const auto doing = "append to " + topic;
    auto found = transaction(doing);
    if (!found) return found.failure();
    const auto to = log_->topics_.append(topic, records, (*found)->number, doing);
    if (!to) return fail(to.failure());
    (*found)->partitions.insert(to->begin(), to->end());
    return log_done{};
  }

  log_status put_metadata(const std::string& group, const std::string& metadata) override {
    const std::lock_guard held{log_->lock_};
    auto found = transaction("set the metadata of group " + group);
    if (!found) return found.failure();
    (*found)->metadata[group] = metadata;
    return log_done{};
  }

  log_status commit() override {
    const std::lock_guard held{log_->lock_};
    const auto doing = std::string{"commit a transaction"};
    auto found = transaction(doing);
    // While the brokers are away nobody knows whether one of them has had the request before.
    const bool is_away = log_->now() < log_->faults_.back_at();
    if (!found && !(is_away && found.failure().what == log_failure::retriable)) {
      return found.failure();
    }
    const auto outcome = found ? log_->next_commit() : commit_fate::lost;
    if (outcome == commit_fate::answered || outcome == commit_fate::applied) {
      log_->end(*find(), true);
    }
    return outcome == commit_fate::answered ? log_status{log_done{}} : unknown(outcome);
  }

  log_status abort() override {
    const std::lock_guard held{log_->lock_};
    auto found = transaction("abort a transaction");
    if (!found) return found.failure();
    log_->end(*find(), false);
    return log_done{};
  }

private:
  // Null: another producer has the id, or the transaction has timed out.
  producer_state* find() {
    const auto there = log_->producers_.find(id_);
    const bool is_own = there != log_->producers_.end() && there->second.epoch == epoch_;
    return is_own ? &there->second : nullptr;
  }

  log_result<open_transaction*> transaction(const std::string& doing) {
    if (failed_) return *failed_;
    if (auto failed = log_->call(doing + " by " + id_)) return *failed;
    auto* const state = find();
    if (state == nullptr) return fenced(doing);
    WEIR_ASSERT(state->open);
    return &*state->open;
  }

  log_error fail(log_error failure) {
    failed_ = failure;
    return failure;
  }
  log_error fenced(const std::string& doing) {
    return fail({log_failure::fenced,
                 doing + " by " + id_ +
                     ": the producer is fenced: there is another one of its transactional id, or "
                     "the transaction took longer than its timeout"});
  }
  log_error unknown(commit_fate outcome) {
    std::string what = "the result of a commit by " + id_ + " is unknown; it ";
    if (outcome == commit_fate::late) {
      const auto at = log_->now() + log_->faults_.delay();
      log_->late_.push_back({at, id_, epoch_});
      log_->tell(what + "is on its way", at);
    } else {
      log_->tell(what + (outcome == commit_fate::applied ? "took place" : "was lost"), log_->now());
    }
    return fail({log_failure::unknown_result,
                 "commit a transaction by " + id_ +
                     ": no broker has answered; whether it is committed is known once there is a "
                     "new producer of that transactional id"});
  }

  simulated_log* log_;
  std::string id_;
  std::uint64_t epoch_;
  std::optional<log_error> failed_;
};

// --- What is given -------------------------------------------------------------------------------

simulated_log& simulated_log::create_topic(const std::string& topic, std::uint32_t partitions) {
  const std::lock_guard held{lock_};
  topics_.create(topic, partitions);
  return *this;
}

simulated_log& simulated_log::put(const std::string& topic, log_record record) {
  const std::lock_guard held{lock_};
  topics_.put(topic, std::move(record));
  return *this;
}

simulated_log& simulated_log::put_in(const log_partition& partition, log_record record) {
  const std::lock_guard held{lock_};
  topics_.put_in(partition, std::move(record));
  return *this;
}

// --- The world -----------------------------------------------------------------------------------

void simulated_log::restart(std::uint64_t seed) {
  const std::lock_guard held{lock_};
  faults_ = simulated_log_faults{mix(seed)};
  random_ = random_numbers{mix(seed ^ 0x106)};
  next_commit_.reset();
  topics_.clear();
  producers_.clear();
  metadata_.clear();
  late_.clear();
}

void simulated_log::set_clock(clock now) {
  const std::lock_guard held{lock_};
  now_ = std::move(now);
}

void simulated_log::set_faults(const log_fault_chances& chances) {
  const std::lock_guard held{lock_};
  faults_.set(chances);
}

void simulated_log::set_fault_listener(fault_listener listener) {
  const std::lock_guard held{lock_};
  listener_ = std::move(listener);
}

void simulated_log::fail_next_commit(commit_fate fate) {
  WEIR_ASSERT(fate != commit_fate::answered);
  const std::lock_guard held{lock_};
  next_commit_ = fate;
}

void simulated_log::remove_before(const log_partition& partition, std::uint64_t offset) {
  const std::lock_guard held{lock_};
  const auto found = topics_.find(partition, "remove records");
  if (found) (*found)->remove_before(offset);
}

std::vector<std::string> simulated_log::topics() {
  const std::lock_guard held{lock_};
  return topics_.names();
}

std::vector<log_record> simulated_log::output_of(const std::string& topic) {
  const std::lock_guard held{lock_};
  pass_time(now());
  return topics_.output_of(topic);
}

void simulated_log::settle() {
  const std::lock_guard held{lock_};
  pass_time(processing_time::max());
}

// --- The coordinator -----------------------------------------------------------------------------

void simulated_log::pass_time(processing_time until) {
  while (true) {
    const auto late = std::min_element(late_.begin(), late_.end(),
                                       [](const auto& a, const auto& b) { return a.at < b.at; });
    auto next = late == late_.end() ? processing_time::max() : late->at;
    producer_state* timed_out = nullptr;
    for (auto& [id, each] : producers_) {
      if (!each.open || each.open->since + each.timeout >= next) continue;
      next = each.open->since + each.timeout;
      timed_out = &each;
    }
    if (next > until || (timed_out == nullptr && late == late_.end())) return;
    if (timed_out != nullptr) {
      tell("transaction " + std::to_string(timed_out->open->number.value) + " has timed out", next);
      end(*timed_out, false);
      timed_out->epoch = ++last_epoch_;
      continue;
    }
    const auto by = producers_.find(late->id);
    if (by != producers_.end() && by->second.epoch == late->epoch && by->second.open) {
      tell("a late commit by " + late->id + " arrives", next);
      end(by->second, true);
    }
    late_.erase(late);
  }
}

std::optional<log_error> simulated_log::call(const std::string& doing) {
  const auto at = now();
  pass_time(at);
  const auto outcome = faults_.next(at);
  if (outcome == fate::answered) return std::nullopt;
  if (outcome == fate::broker_error) {
    tell(doing + " fails", at);
    return log_error{log_failure::retriable, doing + ": a partition has no leader; try again"};
  }
  if (outcome == fate::outage_begins) {
    tell("the brokers are away for " + to_string(faults_.back_at() - at), faults_.back_at());
  }
  return log_error{log_failure::retriable, doing + ": the brokers are away; try again later"};
}

void simulated_log::end(producer_state& by, bool is_committed) {
  topics_.end(by.open->number, by.open->partitions, is_committed);
  if (is_committed) {
    for (auto& [group, metadata] : by.open->metadata) metadata_[group] = std::move(metadata);
  }
  by.open.reset();
}

commit_fate simulated_log::next_commit() {
  return next_commit_ ? *std::exchange(next_commit_, std::nullopt) : faults_.next_commit();
}

void simulated_log::tell(const std::string& what, processing_time until) const {
  if (listener_) listener_(what, until);
}

// --- Calls ---------------------------------------------------------------------------------------

log_result<std::uint32_t> simulated_log::partitions_of(const std::string& topic) {
  const std::lock_guard held{lock_};
  const auto doing = "look up topic " + topic;
  if (auto failed = call(doing)) return *failed;
  return topics_.count(topic, doing);
}

log_result<log_offsets> simulated_log::offsets_of(const log_partition& partition) {
  const std::lock_guard held{lock_};
  const auto doing = "ask for the offsets of " + to_string(partition);
  if (auto failed = call(doing)) return *failed;
  const auto found = topics_.find(partition, doing);
  if (!found) return found.failure();
  return log_offsets{(*found)->begin_offset(), (*found)->last_stable_offset()};
}

log_result<fetched_records> simulated_log::fetch(const log_partition& partition,
                                                 std::uint64_t offset, std::size_t max_records) {
  const std::lock_guard held{lock_};
  const auto doing = "fetch from " + to_string(partition);
  if (auto failed = call(doing)) return *failed;
  const auto found = topics_.find(partition, doing);
  if (!found) return found.failure();
  const auto& from = **found;
  if (offset < from.begin_offset() || offset > from.end_offset()) {
    return log_error{log_failure::out_of_range, doing + ": there is no offset " +
                                                    std::to_string(offset) + "; it has " +
                                                    std::to_string(from.begin_offset()) + " to " +
                                                    std::to_string(from.end_offset())};
  }
  return from.fetch(offset, std::min<std::size_t>(max_records, 1 + random_.below(most_fetched)));
}

log_result<std::unique_ptr<log_producer>> simulated_log::make_producer(
    const std::string& transactional_id, const log_producer_options& options) {
  const std::lock_guard held{lock_};
  const auto doing = "make a producer " + transactional_id;
  if (auto failed = call(doing)) return *failed;
  if (options.timeout <= duration{}) {
    return log_error{log_failure::permanent, doing + ": the timeout " + to_string(options.timeout) +
                                                 " of its transactions; give it more than 0"};
  }
  auto& state = producers_[transactional_id];
  if (state.open) end(state, false);
  state.epoch = ++last_epoch_;
  state.timeout = options.timeout;
  return std::unique_ptr<log_producer>{
      std::make_unique<producer>(*this, transactional_id, state.epoch)};
}

log_result<std::optional<std::string>> simulated_log::metadata_of(const std::string& group) {
  const std::lock_guard held{lock_};
  const auto doing = "read the metadata of group " + group;
  if (auto failed = call(doing)) return *failed;
  for (const auto& [id, each] : producers_) {
    if (!each.open || !each.open->metadata.contains(group)) continue;
    return log_error{log_failure::retriable,
                     doing + ": an open transaction of " + id + " sets it; try again"};
  }
  const auto there = metadata_.find(group);
  if (there == metadata_.end()) return std::optional<std::string>{};
  return std::optional{there->second};
}

log_status simulated_log::append(const std::string& topic, const std::vector<log_record>& records) {
  const std::lock_guard held{lock_};
  const auto doing = "append to " + topic;
  if (auto failed = call(doing)) return *failed;
  if (const auto known = topics_.count(topic, doing); !known) return known.failure();
  const auto outcome = next_commit();
  // What is late without a transaction has come before anybody looks again.
  if (outcome != commit_fate::lost) {
    const auto appended = topics_.append(topic, records, std::nullopt, doing);
    WEIR_ASSERT(appended);
  }
  if (outcome == commit_fate::answered) return log_done{};
  tell(doing + " is not answered", now());
  return log_error{log_failure::unknown_result, doing +
                                                    ": no broker has answered; try again, if "
                                                    "records may be there twice"};
}

}  // namespace weir
