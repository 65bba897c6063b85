// SPDX-License-Identifier: Apache-2.0
// A log in memory that keeps the rules of api/replayable_log.hpp and breaks off like brokers do:
//
//   auto log = std::make_shared<weir::simulated_log>();
//   log->create_topic("payments", 4).create_topic("alerts", 2);
//   log->put("payments", {.key = "account-7", .value = "12.50", .time = noon});
//
// In a simulation (coordination/testing/simulation.hpp) each seed begins with an empty one, which
// the test fills; time is virtual, and faults follow from the seed. Without one it is a log for
// unit tests, in which nothing goes wrong unless it is told to.
//
// It has one broker for everybody: no link leads there that could be cut for some. Topics are
// complete: a source comes to its end where the topic has its end when the job starts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/replayable_log.hpp"
#include "coordination/simulation/random_numbers.hpp"
#include "coordination/simulation/simulated_log_faults.hpp"
#include "coordination/simulation/simulated_partition.hpp"
#include "coordination/simulation/simulated_topics.hpp"

namespace weir {

class simulated_log final : public replayable_log {
public:
  using clock = std::function<processing_time()>;
  // Is told what goes wrong, and until when it does. Must not use the log.
  using fault_listener = std::function<void(const std::string& what, processing_time until)>;

  // --- What is there before a job runs: given, and no output of anybody

  // Does nothing if there is one. REQUIRES: partitions > 0.
  simulated_log& create_topic(const std::string& topic, std::uint32_t partitions = 1);
  // To the partition that the key decides; without a key, to one after the other. A topic that is
  // not there is created with one partition.
  simulated_log& put(const std::string& topic, log_record record);
  // REQUIRES: there is that partition.
  simulated_log& put_in(const log_partition& partition, log_record record);

  // --- The world around it

  // Forgets everything. Producers of before are fenced.
  void restart(std::uint64_t seed);
  // Without one it is always the same time, and no transaction takes too long. It must not go back.
  void set_clock(clock now);
  void set_faults(const log_fault_chances& chances);
  void set_fault_listener(fault_listener listener);
  // The result of the next commit is unknown, whatever the chances are. REQUIRES: not `answered`.
  void fail_next_commit(simulated_log_faults::commit_fate fate);
  // Old records go: see simulated_partition.
  void remove_before(const log_partition& partition, std::uint64_t offset);

  // --- What has become of it

  std::vector<std::string> topics();
  // What was committed and not given, partition by partition, as far as readers see it.
  std::vector<log_record> output_of(const std::string& topic);
  // Everything on its way arrives: late commits, and the timeouts of what is still open.
  void settle();

  // --- replayable_log

  std::string name() const override { return "simulated_log"; }
  bool is_bounded() const override { return true; }
  log_result<std::uint32_t> partitions_of(const std::string& topic) override;
  log_result<log_offsets> offsets_of(const log_partition& partition) override;
  // Brings up to 16 records at once.
  log_result<fetched_records> fetch(const log_partition& partition, std::uint64_t offset,
                                    std::size_t max_records) override;
  log_result<std::unique_ptr<log_producer>> make_producer(
      const std::string& transactional_id, const log_producer_options& options) override;
  log_result<std::optional<std::string>> metadata_of(const std::string& group) override;
  log_status append(const std::string& topic, const std::vector<log_record>& records) override;

private:
  class producer;
  struct open_transaction {
    transaction_number number;
    processing_time since;
    std::set<log_partition> partitions;
    std::map<std::string, std::string> metadata;  // By group.
  };
  struct producer_state {
    std::uint64_t epoch = 0;
    duration timeout{};
    std::optional<open_transaction> open;
  };
  struct late_commit {
    processing_time at;
    std::string id;
    std::uint64_t epoch;
  };

  processing_time now() const { return now_ ? now_() : processing_time{}; }
  // Lets happen what was due by `until`: late commits and timeouts, in the order of their times.
  void pass_time(processing_time until);
  // What every call begins with.
  std::optional<log_error> call(const std::string& doing);
  void end(producer_state& by, bool is_committed);
  simulated_log_faults::commit_fate next_commit();
  void tell(const std::string& what, processing_time until) const;

  std::mutex lock_;
  clock now_;
  fault_listener listener_;
  simulated_log_faults faults_{0};
  random_numbers random_{0};  // Of what is no fault.
  std::optional<simulated_log_faults::commit_fate> next_commit_;
  simulated_topics topics_;
  std::map<std::string, producer_state> producers_;  // By transactional id.
  std::map<std::string, std::string> metadata_;      // By group.
  std::vector<late_commit> late_;
  std::uint64_t last_epoch_ = 0;  // Of all producers there ever were.
  std::uint64_t last_transaction_ = 0;
};

}  // namespace weir
