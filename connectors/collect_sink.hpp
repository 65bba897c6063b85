// SPDX-License-Identifier: Apache-2.0
// Gathers records in a vector of the program: for tests, and for results small enough to hold.
//
//   std::vector<int> results;
//   numbers.sink(collect_into(results));
//
// The vector outlives the job, belongs to one sink, and is read when the job has ended. Records of
// one subtask keep their order; those of several mix. A job that restarts collects some twice.
#pragma once

#include <concepts>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/sink.hpp"
#include "api/time.hpp"

namespace weir {

// Appends under a lock that all subtasks share, held once per batch.
template <class T, class Element>
class collect_writer final : public sink_writer<T> {
public:
  collect_writer(std::vector<Element>& into, std::shared_ptr<std::mutex> lock)
      : into_{&into}, lock_{std::move(lock)} {}

  status write(batch_of<T>& batch) override {
    const std::lock_guard held{*lock_};
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if constexpr (std::is_same_v<T, Element>) {
        into_->push_back(std::move(batch.values[i]));
      } else {
        into_->emplace_back(std::move(batch.values[i]), batch.time_of(i));
      }
    }
    return {};
  }

private:
  std::vector<Element>* into_;
  std::shared_ptr<std::mutex> lock_;
};

// Made by `collect_into` and `collect_with_times_into`.
template <class T, class Element>
class collect_sink {
public:
  explicit collect_sink(std::vector<Element>& into)
      : into_{&into}, lock_{std::make_shared<std::mutex>()} {}

  std::string name() const { return "collect"; }

  template <std::same_as<T> U>
  result<std::unique_ptr<sink_writer<U>>> open(const sink_context&) const {
    return std::unique_ptr<sink_writer<U>>{
        std::make_unique<collect_writer<U, Element>>(*into_, lock_)};
  }

private:
  std::vector<Element>* into_;
  std::shared_ptr<std::mutex> lock_;
};

template <class T>
collect_sink<T, T> collect_into(std::vector<T>& results) {
  return collect_sink<T, T>{results};
}

// With the time at which each happened.
template <class T>
collect_sink<T, std::pair<T, event_time>> collect_with_times_into(
    std::vector<std::pair<T, event_time>>& results) {
  return collect_sink<T, std::pair<T, event_time>>{results};
}

}  // namespace weir
