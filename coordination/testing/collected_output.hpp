// SPDX-License-Identifier: Apache-2.0
// The end of a stream in a test: keeps the records for the test to take.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "api/operator.hpp"
#include "api/stream.hpp"

namespace weir {

// A record and when it happened.
template <class T>
struct timed_record {
  T value;
  event_time time;
  friend bool operator==(const timed_record&, const timed_record&) = default;
};

// What has come to the end of a stream.
template <class T>
struct collected_output {
  std::vector<timed_record<T>> records;
  event_time watermark = beginning_of_time;
};

template <class T>
class collecting_operator final : public stream_operator {
public:
  explicit collecting_operator(std::shared_ptr<collected_output<T>> into)
      : into_{std::move(into)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    into_->watermark = beginning_of_time;
  }
  void process(std::uint32_t, record_batch& batch) override {
    auto& typed = batch_of<T>::of(batch);
    for (std::size_t i = 0; i < typed.size(); ++i) {
      into_->records.push_back({std::move(typed.values[i]), typed.time_of(i)});
    }
    batch.clear();
  }
  bool advance_to(event_time watermark) override {
    into_->watermark = watermark;
    return true;
  }

private:
  std::shared_ptr<collected_output<T>> into_;
};

// Ends the stream in one subtask, so that what is collected has an order.
template <class T>
std::shared_ptr<collected_output<T>> collect_output(const loose_ends& ends) {
  auto collected = std::make_shared<collected_output<T>>();
  graph_node node;
  node.name = "output";
  node.kind = operator_kind::sink;
  node.parallelism = 1;
  node.input_types = {element_type_of<T>()};
  node.make_operator = factory_of<collecting_operator<T>>(collected);
  ends.followed_by(std::move(node));
  return collected;
}

}  // namespace weir
