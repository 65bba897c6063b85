// SPDX-License-Identifier: Apache-2.0
// See coordination/simulation/simulated_topics.hpp.
#include "coordination/simulation/simulated_topics.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/key_group.hpp"

namespace weir {

void simulated_topics::create(const std::string& topic, std::uint32_t partitions) {
  WEIR_ASSERT(partitions > 0);
  auto& made = topics_[topic];
  if (!made.partitions.empty()) return;
  made.partitions.resize(partitions);
  made.given.resize(partitions);
}

void simulated_topics::put(const std::string& topic, log_record record) {
  create(topic, 1);
  const auto partition = choose_partition(topics_[topic], record);
  put_in({topic, partition}, std::move(record));
}

void simulated_topics::put_in(const log_partition& partition, log_record record) {
  auto& of = topics_[partition.topic];
  WEIR_ASSERT(partition.partition < of.partitions.size());
  auto& to = of.partitions[partition.partition];
  to.append(std::move(record));
  of.given[partition.partition] = to.end_offset();
}

std::vector<std::string> simulated_topics::names() const {
  std::vector<std::string> names;
  for (const auto& [name, each] : topics_) names.push_back(name);
  return names;
}

std::vector<log_record> simulated_topics::output_of(const std::string& topic) const {
  std::vector<log_record> output;
  const auto there = topics_.find(topic);
  if (there == topics_.end()) return output;
  const auto& partitions = there->second.partitions;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const auto from = std::max(there->second.given[i], partitions[i].begin_offset());
    auto records = partitions[i].fetch(from, partitions[i].end_offset()).records;
    std::move(records.begin(), records.end(), std::back_inserter(output));
  }
  return output;
}

log_error simulated_topics::missing(const std::string& topic, const std::string& doing) const {
  std::string all;
  for (const auto& [name, each] : topics_) all += (all.empty() ? "" : ", ") + name;
  return {log_failure::permanent, doing + ": there is no topic '" + topic + "'; there are: " +
                                      (all.empty() ? "none" : all) + "; create it first"};
}

log_result<std::uint32_t> simulated_topics::count(const std::string& topic,
                                                  const std::string& doing) const {
  const auto there = topics_.find(topic);
  if (there == topics_.end()) return missing(topic, doing);
  return static_cast<std::uint32_t>(there->second.partitions.size());
}

log_result<simulated_partition*> simulated_topics::find(const log_partition& partition,
                                                        const std::string& doing) {
  const auto there = topics_.find(partition.topic);
  if (there == topics_.end()) return missing(partition.topic, doing);
  auto& partitions = there->second.partitions;
  if (partition.partition < partitions.size()) return &partitions[partition.partition];
  return log_error{log_failure::permanent, doing + ": the topic has only " +
                                               std::to_string(partitions.size()) + " partitions"};
}

log_result<std::set<log_partition>> simulated_topics::append(const std::string& topic,
                                                             const std::vector<log_record>& records,
                                                             std::optional<transaction_number> by,
                                                             const std::string& doing) {
  const auto there = topics_.find(topic);
  if (there == topics_.end()) return missing(topic, doing);
  std::set<log_partition> partitions;
  for (const auto& each : records) {
    const auto partition = choose_partition(there->second, each);
    there->second.partitions[partition].append(each, by);
    partitions.insert({topic, partition});
  }
  return partitions;
}

void simulated_topics::end(transaction_number transaction,
                           const std::set<log_partition>& partitions, bool is_committed) {
  for (const auto& each : partitions) {
    topics_.at(each.topic).partitions[each.partition].end(transaction, is_committed);
  }
}

std::uint32_t simulated_topics::choose_partition(topic_state& of, const log_record& record) {
  const auto count = of.partitions.size();
  const auto chosen = record.key ? scale_to(hash_bytes(*record.key), count) : of.turn++ % count;
  return static_cast<std::uint32_t>(chosen);
}

}  // namespace weir
