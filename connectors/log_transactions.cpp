// SPDX-License-Identifier: Apache-2.0
// The protocol of connectors/log_transactions.hpp.
#include "connectors/log_transactions.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/codec.hpp"
#include "api/sometimes.hpp"

namespace weir {

namespace {

constexpr int most_tries = 5;
constexpr std::size_t records_per_append = 1000;

struct prepared_record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  event_time time;
};
WEIR_FIELDS(prepared_record, key, value, time)

error corrupt(const std::string& cause) {
  return {error_code::corrupt_data, "commit to a log: what the checkpoint holds is damaged: " +
                                        cause + "; restore an older checkpoint"};
}

bool may_succeed_later(const log_error& failure) {
  return failure.what == log_failure::retriable || failure.what == log_failure::unknown_result;
}

// What a group without metadata has committed is nothing. None: it is no marker.
std::optional<std::uint64_t> parse_marker(const std::optional<std::string>& text) {
  if (!text) return 0;
  std::uint64_t number = 0;
  const auto* const end = text->data() + text->size();
  const auto [stopped, failed] = std::from_chars(text->data(), end, number);
  if (failed != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

result<decoded_transaction> decode_transaction(std::string_view bytes) {
  auto head = codec<prepared_transaction>::decode(bytes);
  if (!head) return corrupt(head.failure().message);
  if (head->version != prepared_transaction{}.version) {
    return corrupt("it has version " + std::to_string(head->version) + ", known is 1");
  }
  if (head->number <= head->committed) {
    return corrupt("number " + std::to_string(head->number) + " comes behind " +
                   std::to_string(head->committed));
  }
  decoded_transaction decoded{std::move(*head), {}};
  for (std::uint64_t i = 0; i < decoded.head.records; ++i) {
    auto record = codec<prepared_record>::decode(bytes);
    if (!record) return corrupt(record.failure().message);
    decoded.records.push_back({std::move(record->key), std::move(record->value), record->time});
  }
  if (!bytes.empty()) return corrupt(std::to_string(bytes.size()) + " bytes too many");
  return decoded;
}

log_transactions::log_transactions(std::shared_ptr<replayable_log> log, log_output_options options,
                                   std::string id)
    : log_{std::move(log)}, options_{std::move(options)}, own_id_{std::move(id)} {}

result<log_transactions> log_transactions::open(std::shared_ptr<replayable_log> log,
                                                log_output_options options,
                                                const sink_context& context) {
  const auto refuse = [](std::string why) {
    return error{error_code::invalid_argument, std::move(why)};
  };
  if (!context.has_checkpoints || context.attempt_token.empty()) {
    return refuse(
        "exactly once needs checkpoints: set execution.checkpointing.interval, or choose "
        ".at_least_once()");
  }
  if (options.transaction_timeout <= duration{}) {
    return refuse("transaction_timeout(" + to_string(options.transaction_timeout) +
                  "): no transaction ends in no time; give it more than 0");
  }
  const auto topic = log->partitions_of(options.topic);
  if (!topic && !may_succeed_later(topic.failure())) return to_error(topic.failure());
  auto id =
      options.sink + "-" + context.attempt_token + "-" + std::to_string(context.subtask.value);
  return log_transactions{std::move(log), std::move(options), std::move(id)};
}

void log_transactions::add(const log_record& record) {
  codec<prepared_record>::encode({record.key, record.value, record.time}, encoded_);
  ++added_;
}

std::string log_transactions::prepare() {
  if (added_ == 0) return {};
  prepared_transaction head;
  head.id = own_id_;
  head.topic = options_.topic;
  head.number = ++prepared_;
  head.committed = committed_;
  head.records = std::exchange(added_, 0);
  std::string prepared;
  codec<prepared_transaction>::encode(head, prepared);
  prepared += encoded_;
  encoded_.clear();
  return prepared;
}

status log_transactions::commit(std::string_view prepared) {
  if (prepared.empty()) return {};
  const auto transaction = decode_transaction(prepared);
  if (!transaction) return transaction.failure();
  const auto& head = transaction->head;
  for (int tries = 1;; ++tries) {
    const auto committed = try_commit(*transaction);
    if (committed) return {};
    // Whatever has become of the transaction, the next producer ends it.
    producer_.reset();
    if (tries < most_tries && may_succeed_later(committed.failure())) continue;
    return within("commit transaction " + std::to_string(head.number) + " of " + head.id + " to " +
                      head.topic,
                  to_error(committed.failure()));
  }
}

log_status log_transactions::try_commit(const decoded_transaction& transaction) {
  const auto& head = transaction.head;
  const bool is_own = head.id == own_id_;
  if (is_own && head.number <= committed_) return log_done{};
  if (!producer_ || producer_->id != head.id) {
    producer_.reset();
    if (auto made = make_producer(head.id); !made) return made;
    if (auto checked = check_marker(head); !checked) return checked;
  }
  if (producer_->committed >= head.number) {
    if (is_own) {
      WEIR_SOMETIMES("a commit to a log without an answer had taken place");
    } else {
      WEIR_SOMETIMES("a former attempt had committed to a log before it failed");
    }
  } else {
    if (is_own) {
      if (sent_ == head.number) WEIR_SOMETIMES("a transaction was sent to a log again");
      sent_ = head.number;
    }
    if (auto written = write(transaction); !written) return written;
    producer_->committed = head.number;
  }
  if (is_own) committed_ = head.number;
  return log_done{};
}

log_status log_transactions::make_producer(const std::string& id) {
  auto made = log_->make_producer(id, {.timeout = options_.transaction_timeout});
  if (!made) return made.failure();
  // Not before there is the producer: see 3.
  const auto metadata = log_->metadata_of(id);
  if (!metadata) return metadata.failure();
  const auto marker = parse_marker(*metadata);
  if (!marker) {
    return log_error{log_failure::permanent, "the metadata of group " + id + " is '" + **metadata +
                                                 "', which no sink has set; nobody else may use "
                                                 "groups of that name"};
  }
  producer_.emplace(open_producer{id, std::move(*made), *marker});
  return log_done{};
}

log_status log_transactions::check_marker(const prepared_transaction& of) const {
  const auto marker = producer_->committed;
  const bool is_own = of.id == own_id_;
  const auto least = std::max(of.committed, is_own ? committed_ : 0);
  if (marker < least) {
    return log_error{
        log_failure::permanent,
        "the metadata of group " + of.id + " says " + std::to_string(marker) + ", and " +
            std::to_string(least) +
            " was committed: it was removed, or has expired. Whether this transaction is in the "
            "topic cannot be told; look there, and set the metadata to " +
            std::to_string(of.number) + " if it is, else to " + std::to_string(of.number - 1)};
  }
  if (is_own && marker != committed_ && !(marker == of.number && sent_ == of.number)) {
    return log_error{log_failure::fenced,
                     "somebody else has committed " + std::to_string(marker) +
                         " for it: a later attempt has taken over; or two sinks of the job have "
                         "one name, then give one of them .id(\"...\")"};
  }
  return log_done{};
}

log_status log_transactions::write(const decoded_transaction& transaction) {
  const auto& [head, records] = transaction;
  auto& writer = *producer_->writer;
  if (auto begun = writer.begin(); !begun) return begun;
  for (std::size_t first = 0; first < records.size(); first += records_per_append) {
    const auto from = records.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = std::min(records_per_append, records.size() - first);
    const std::vector<log_record> some{from, from + static_cast<std::ptrdiff_t>(count)};
    if (auto appended = writer.append(head.topic, some); !appended) return appended;
  }
  if (auto marked = writer.put_metadata(head.id, std::to_string(head.number)); !marked) {
    return marked;
  }
  return writer.commit();
}

status append_at_least_once(replayable_log& log, const std::string& topic,
                            const std::vector<log_record>& records) {
  for (int tries = 1;; ++tries) {
    const auto appended = log.append(topic, records);
    if (appended) return {};
    if (tries < most_tries && may_succeed_later(appended.failure())) continue;
    return to_error(appended.failure());
  }
}

}  // namespace weir
