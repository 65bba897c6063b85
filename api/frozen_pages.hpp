// SPDX-License-Identifier: Apache-2.0
// Copy on write: how a table stands still for whoever writes a snapshot while its task goes on.
//
//                        .--> busy (read) ---> done
//   page:  untouched ----+---> done (skipped)              ^
//                        '--> busy (copied) -> kept -------'
//
// 1. Freezing costs one byte for each page and copies nothing.
// 2. The reader takes the pages in order. It reads an untouched one in place, and of one that the
//    task has kept the copy. It may skip some beforehand.
// 3. Before the task changes anything in a page, it preserves it: copies it if it is untouched,
//    waits if the reader is at it just then. A page that is done or kept may change.
// 4. Waiting is a short spin, the only one in the engine: a page is about a KiB and read in
//    a microsecond, and it happens once in a snapshot or so. Anything that sleeps would cost more.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "api/state_backend.hpp"

namespace weir {

class frozen_pages {
public:
  virtual ~frozen_pages() = default;
  frozen_pages(const frozen_pages&) = delete;
  frozen_pages& operator=(const frozen_pages&) = delete;

  // --- For the task

  // The place with that number, of the array that begins there, may change from here on.
  void preserve(const void* begin, std::size_t place) {
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      if (arrays_[i].begin != begin) continue;
      const std::size_t page = place >> arrays_[i].places_shift;
      const auto seen = state_of(i, page).load(std::memory_order_acquire);
      if (seen != done && seen != kept) preserve_page(i, page);
      return;
    }
  }
  // Everything may change.
  void preserve_all();
  // Nobody reads any more: everything may change, and this may be dropped.
  bool is_over() const noexcept { return is_over_.load(std::memory_order_acquire); }

  // --- For the reader: one thread at a time

  void end() noexcept { is_over_.store(true, std::memory_order_release); }

protected:
  frozen_pages() = default;

  // Adds an array of `pages` times 2^places_shift places, and returns its number. What is known of
  // the pages lies in `memory`, which outlives this unless a std::shared_ptr owns it.
  std::size_t add_array(page_memory& memory, const void* begin, std::size_t pages,
                        unsigned places_shift);
  struct page_place {
    std::size_t array;
    std::size_t page;
  };
  // Reads the next page, and says which that was; none if all have been read or skipped.
  std::optional<page_place> read_next_page();
  // The reader will not read these. REQUIRES: it has not come to them yet.
  void skip_pages(std::size_t number, std::size_t first, std::size_t count);

private:
  enum state : std::uint8_t { untouched, busy, done, kept };
  struct array {
    const void* begin;
    std::size_t pages;
    unsigned places_shift;
    std::shared_ptr<std::uint8_t[]> states;
  };

  // Copies a page, for the task.
  virtual void keep_page(std::size_t array, std::size_t page) = 0;
  // Reads a page in place, or what keep_page has made of it and is needed no longer.
  virtual void read_page(std::size_t array, std::size_t page) = 0;
  virtual void read_kept_page(std::size_t array, std::size_t page) = 0;
  virtual void drop_kept_page(std::size_t array, std::size_t page) = 0;

  std::atomic_ref<std::uint8_t> state_of(std::size_t number, std::size_t page) const noexcept {
    return std::atomic_ref<std::uint8_t>{arrays_[number].states.get()[page]};
  }
  void preserve_page(std::size_t number, std::size_t page);
  state claim(const page_place& of);

  std::vector<array> arrays_;
  std::atomic<bool> is_over_ = false;
  std::size_t next_array_ = 0;
  std::size_t next_page_ = 0;
};

}  // namespace weir
