// SPDX-License-Identifier: Apache-2.0
// Writes records to a topic of a replayable log, each exactly once:
//
//   alerts.sink(log_sink(log, "alerts", [](const alert& each) {
//     return log_record{.key = each.account, .value = to_text(each)};
//   }));
//
// Readers see what was written before a checkpoint when that has completed, all of it or nothing:
// connectors/log_transactions.hpp says how. Until then it is held in memory, and then in the
// checkpoint. Records of one key keep their order within a subtask.
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/replayable_log.hpp"
#include "api/sink.hpp"
#include "api/text.hpp"
#include "api/time.hpp"
#include "connectors/log_transactions.hpp"

namespace weir {

// Makes a record of a value. One without a time gets that of its value.
template <class Function, class T>
concept log_serializer_for = std::copy_constructible<Function> &&
    std::is_invocable_r_v<log_record, const Function&, const T&>;

// The value as `print` writes it, without a key.
struct log_text {
  template <printable T>
  log_record operator()(const T& value) const {
    std::string text;
    append_text(text, value);
    return {.value = std::move(text)};
  }
};

template <class T, class Serializer>
log_record make_log_record(const Serializer& serialize, const batch_of<T>& batch, std::size_t i) {
  const T& value = batch.values[i];
  log_record made = serialize(value);
  if (made.time == beginning_of_time) made.time = batch.time_of(i);
  return made;
}

template <class T, class Serializer>
class log_writer final : public sink_writer<T> {
public:
  log_writer(log_transactions transactions, Serializer serialize)
      : transactions_{std::move(transactions)}, serialize_{std::move(serialize)} {}

  status write(batch_of<T>& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      transactions_.add(make_log_record(serialize_, batch, i));
    }
    return {};
  }
  result<std::string> prepare() override { return transactions_.prepare(); }
  status commit(const std::string& prepared) override { return transactions_.commit(prepared); }

private:
  log_transactions transactions_;
  Serializer serialize_;
};

template <class T, class Serializer>
class log_appender final : public sink_writer<T> {
public:
  log_appender(std::shared_ptr<replayable_log> log, std::string topic, Serializer serialize)
      : log_{std::move(log)}, topic_{std::move(topic)}, serialize_{std::move(serialize)} {}

  status write(batch_of<T>& batch) override {
    records_.clear();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      records_.push_back(make_log_record(serialize_, batch, i));
    }
    return append_at_least_once(*log_, topic_, records_);
  }

private:
  std::shared_ptr<replayable_log> log_;
  std::string topic_;
  Serializer serialize_;
  std::vector<log_record> records_;
};

// Made by `log_sink`.
template <class Serializer>
class log_sink_of {
public:
  log_sink_of(std::shared_ptr<replayable_log> log, std::string topic, Serializer serialize)
      : log_{std::move(log)}, serialize_{std::move(serialize)} {
    options_.sink = topic;
    options_.topic = std::move(topic);
  }

  // The beginning of its transactional ids; otherwise the topic. Two sinks of a job that write to
  // one topic need two.
  log_sink_of id(std::string id) const {
    auto changed = *this;
    changed.options_.sink = std::move(id);
    return changed;
  }
  // How long one transaction may take to be written and committed; as much as the log allows.
  log_sink_of transaction_timeout(duration timeout) const {
    auto changed = *this;
    changed.options_.transaction_timeout = timeout;
    return changed;
  }
  // Written at once, without transactions: seen sooner, and after a failure those since the last
  // checkpoint a second time.
  log_sink_of at_least_once() const {
    auto changed = *this;
    changed.is_exactly_once_ = false;
    return changed;
  }

  std::string name() const { return "log_sink(" + options_.topic + ")"; }

  template <class T>
    requires log_serializer_for<Serializer, T> result<std::unique_ptr<sink_writer<T>>> open(
        const sink_context& context)
  const {
    if (!is_exactly_once_) {
      return std::unique_ptr<sink_writer<T>>{
          std::make_unique<log_appender<T, Serializer>>(log_, options_.topic, serialize_)};
    }
    auto transactions = log_transactions::open(log_, options_, context);
    if (!transactions) return within(name(), transactions.failure());
    return std::unique_ptr<sink_writer<T>>{
        std::make_unique<log_writer<T, Serializer>>(std::move(*transactions), serialize_)};
  }

private:
  std::shared_ptr<replayable_log> log_;
  Serializer serialize_;
  log_output_options options_;
  bool is_exactly_once_ = true;
};

template <class Serializer = log_text>
log_sink_of<Serializer> log_sink(std::shared_ptr<replayable_log> log, std::string topic,
                                 Serializer serialize = {}) {
  return {std::move(log), std::move(topic), std::move(serialize)};
}

}  // namespace weir
