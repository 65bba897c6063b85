// SPDX-License-Identifier: Apache-2.0
// Memory for the copies that copy-on-write makes of pages (api/frozen_slots.hpp): all of one size,
// made by one thread in quick succession behind a barrier, dropped by another.
//
// Copies are cut from chunks, which double up to a huge page: making one moves a pointer, and only
// the first of a chunk asks the system for memory. A chunk goes back with the last of its copies.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <new>

#include "api/state_backend.hpp"

namespace weir {

class page_copies {
  struct chunk {
    page_memory* memory;
    std::size_t bytes;
    std::atomic<std::size_t> users;  // Its copies, and who makes them.
  };
  // Before each copy stands its chunk.
  static constexpr std::size_t alignment = alignof(std::max_align_t);
  static constexpr std::size_t copy_header = alignment;
  static constexpr std::size_t chunk_header =
      (sizeof(chunk) + alignment - 1) / alignment * alignment;
  static_assert(sizeof(void*) <= copy_header);

public:
  struct drop {
    // From any thread.
    void operator()(std::byte* copy) const noexcept {
      release(*reinterpret_cast<chunk**>(copy - copy_header));
    }
  };
  using copy = std::unique_ptr<std::byte, drop>;

  page_copies() = default;
  page_copies(const page_copies&) = delete;
  page_copies& operator=(const page_copies&) = delete;
  // Copies may outlive this.
  ~page_copies() { close(); }

  // `bytes` of storage, aligned as for any type. One thread makes copies.
  // REQUIRES: bytes > 0; `memory` outlives the copy.
  copy make(page_memory& memory, std::size_t bytes) {
    const std::size_t whole = copy_header + (bytes + alignment - 1) / alignment * alignment;
    if (current_ == nullptr || current_->memory != &memory || left_ < whole) open(memory, whole);
    std::byte* const made = next_;
    next_ += whole;
    left_ -= whole;
    current_->users.fetch_add(1, std::memory_order_relaxed);
    ::new (static_cast<void*>(made)) chunk* {current_};
    return copy{made + copy_header};
  }

private:
  static constexpr std::size_t first_chunk = std::size_t{32} << 10;
  static constexpr std::size_t greatest_chunk = std::size_t{2} << 20;

  static void release(chunk* from) noexcept {
    if (from->users.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    page_memory* const memory = from->memory;
    const std::size_t bytes = from->bytes;
    from->~chunk();
    memory->release(from, bytes);
  }
  void open(page_memory& memory, std::size_t whole) {
    close();
    const std::size_t bytes = std::max(next_chunk_, chunk_header + whole);
    next_chunk_ = std::min(2 * next_chunk_, greatest_chunk);
    void* const allocated = memory.allocate_unset(bytes);
    current_ = ::new (allocated) chunk{&memory, bytes, {1}};
    next_ = static_cast<std::byte*>(allocated) + chunk_header;
    left_ = bytes - chunk_header;
  }
  void close() noexcept {
    if (current_ != nullptr) release(current_);
    current_ = nullptr;
  }

  chunk* current_ = nullptr;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t next_chunk_ = first_chunk;
};

}  // namespace weir
