// SPDX-License-Identifier: Apache-2.0
// The topics of a simulated log: which partitions there are, which of them a record goes to, and
// what was given before anybody wrote.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/replayable_log.hpp"
#include "coordination/simulation/simulated_partition.hpp"

namespace weir {

class simulated_topics {
public:
  // Does nothing if there is one. REQUIRES: partitions > 0.
  void create(const std::string& topic, std::uint32_t partitions);
  // See simulated_log.
  void put(const std::string& topic, log_record record);
  void put_in(const log_partition& partition, log_record record);
  void clear() { topics_.clear(); }

  std::vector<std::string> names() const;
  // What is not given and can be read, partition by partition.
  std::vector<log_record> output_of(const std::string& topic) const;
  // Errors (permanent): there is none. `doing` is what they begin with.
  log_result<std::uint32_t> count(const std::string& topic, const std::string& doing) const;
  log_result<simulated_partition*> find(const log_partition& partition, const std::string& doing);

  // Returns the partitions that the records went to. Errors (permanent): no such topic.
  log_result<std::set<log_partition>> append(const std::string& topic,
                                             const std::vector<log_record>& records,
                                             std::optional<transaction_number> by,
                                             const std::string& doing);
  // REQUIRES: the transaction has appended to each of them.
  void end(transaction_number transaction, const std::set<log_partition>& partitions,
           bool is_committed);

private:
  struct topic_state {
    std::vector<simulated_partition> partitions;
    std::vector<std::uint64_t> given;  // The end of what was put, for each.
    std::uint64_t turn = 0;            // Of records without a key.
  };
  static std::uint32_t choose_partition(topic_state& of, const log_record& record);
  log_error missing(const std::string& topic, const std::string& doing) const;

  std::map<std::string, topic_state> topics_;
};

}  // namespace weir
