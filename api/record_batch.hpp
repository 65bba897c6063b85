// SPDX-License-Identifier: Apache-2.0
// Records travel in batches: everything the engine pays for, it pays once per batch.
//
// A batch is two columns: the values, and the times they happened. The column of times is left out
// while all records share one time, which is the common case for records just read. A batch is
// owned by one task at a time; its storage moves along and returns, emptied, to where it was
// filled, so that a warm pipeline does not allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

// Stands for `bool` in a column, because std::vector<bool> has no elements to refer to.
struct boolean {
  bool value = false;
  boolean() = default;
  boolean(bool b) : value{b} {}                     // NOLINT: implicit on purpose.
  operator bool() const noexcept { return value; }  // NOLINT
};

template <class T>
using column = std::vector<std::conditional_t<std::is_same_v<T, bool>, boolean, T>>;

class record_batch;

// Where `record_batch::scatter` puts records: one open batch for each channel.
class scatter_target {
public:
  virtual ~scatter_target() = default;
  // `open[channel]` has reached its capacity: send it off and put another in its place.
  virtual void on_full(std::uint32_t channel) = 0;

  // The batch that each channel is filling.
  std::vector<record_batch*> open;
};

// A batch whose element type only its producer and its consumers know.
class record_batch {
public:
  virtual ~record_batch() = default;

  virtual std::size_t size() const noexcept = 0;
  virtual const std::type_info& element_type() const noexcept = 0;
  // Forgets the records, keeps the storage.
  virtual void clear() noexcept = 0;
  // How many records a full batch holds; a batch may hold more, but nobody fills one further.
  virtual std::size_t capacity() const noexcept = 0;

  // An empty batch of the same element type.
  virtual std::unique_ptr<record_batch> make_empty() const = 0;
  // REQUIRES (both): `other` has the same element type.
  virtual void swap_with(record_batch& other) noexcept = 0;
  virtual void append_to(record_batch& other) const = 0;

  // Moves record i to the open batch of channel `channels[i]`, in order. Leaves this batch empty.
  // REQUIRES: channels.size() == size(); the target's batches have the same element type.
  virtual void scatter(std::span<const std::uint32_t> channels, scatter_target& target) = 0;

  bool empty() const noexcept { return size() == 0; }

  // Links empty batches on their way back to the producer.
  std::unique_ptr<record_batch> next;
};

// The bytes of one full batch: a window of them per edge stays inside a second-level cache.
inline constexpr std::size_t bytes_per_batch = 16 * 1024;

template <class T>
constexpr std::size_t records_per_batch() {
  constexpr std::size_t fitting = bytes_per_batch / sizeof(T);
  return fitting < 32 ? 32 : fitting > 1024 ? 1024 : fitting;
}

template <class T>
class batch_of final : public record_batch {
public:
  using element = typename column<T>::value_type;

  column<T> values;

  // When record i happened.
  event_time time_of(std::size_t i) const noexcept { return times_.empty() ? time_ : times_[i]; }
  // All records share `common_time()`.
  bool has_common_time() const noexcept { return times_.empty(); }
  event_time common_time() const noexcept { return time_; }

  template <class U>
  void push(U&& value, event_time time) {
    if (values.empty()) {
      time_ = time;
    } else if (!times_.empty()) {
      times_.push_back(time);
    } else if (time != time_) {
      times_.assign(values.size(), time_);
      times_.push_back(time);
    }
    values.push_back(std::forward<U>(value));
  }

  // Gives every record the same time.
  void set_common_time(event_time time) noexcept {
    times_.clear();
    time_ = time;
  }
  // The times, one for each record, to be written to.
  std::span<event_time> times() {
    if (times_.size() != values.size()) times_.assign(values.size(), time_);
    return times_;
  }
  // Takes over the times of a batch with as many records.
  template <class U>
  void copy_times_from(const batch_of<U>& other) {
    times_ = other.times_;
    time_ = other.time_;
  }

  // Keeps the first `count` records, after they were moved to the front with `move_record`.
  void truncate(std::size_t count) {
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(count), values.end());
    if (!times_.empty()) times_.resize(count);
  }
  void move_record(std::size_t from, std::size_t to) {
    if (from == to) return;
    values[to] = std::move(values[from]);
    if (!times_.empty()) times_[to] = times_[from];
  }

  std::size_t size() const noexcept override { return values.size(); }
  const std::type_info& element_type() const noexcept override { return typeid(T); }
  std::size_t capacity() const noexcept override { return records_per_batch<T>(); }
  bool full() const noexcept { return values.size() >= records_per_batch<T>(); }

  void clear() noexcept override {
    values.clear();
    times_.clear();
  }

  std::unique_ptr<record_batch> make_empty() const override {
    auto made = std::make_unique<batch_of>();
    made->values.reserve(records_per_batch<T>());
    return made;
  }

  void swap_with(record_batch& other) noexcept override {
    auto& typed = of(other);
    values.swap(typed.values);
    times_.swap(typed.times_);
    std::swap(time_, typed.time_);
  }

  void append_to(record_batch& other) const override {
    auto& typed = of(other);
    for (std::size_t i = 0; i < values.size(); ++i) typed.push(values[i], time_of(i));
  }

  void scatter(std::span<const std::uint32_t> channels, scatter_target& target) override;

  // REQUIRES: `batch` is a batch_of<T>; the job graph checks element types when it is built.
  static batch_of& of(record_batch& batch) noexcept { return static_cast<batch_of&>(batch); }
  static const batch_of& of(const record_batch& batch) noexcept {
    return static_cast<const batch_of&>(batch);
  }

private:
  template <class U>
  friend class batch_of;

  std::vector<event_time> times_;  // Empty while all records share `time_`.
  event_time time_ = beginning_of_time;
};

template <class T>
void batch_of<T>::scatter(std::span<const std::uint32_t> channels, scatter_target& target) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto& to = of(*target.open[channels[i]]);
    to.push(std::move(values[i]), time_of(i));
    if (to.full()) target.on_full(channels[i]);
  }
  clear();
}

}  // namespace weir
