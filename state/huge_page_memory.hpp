// SPDX-License-Identifier: Apache-2.0
// Memory for state tables. Large tables are mapped on huge pages: a random access then misses one
// cache line and not also the translation of its address, which halves the cost of big state.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "api/state_backend.hpp"

namespace weir {

class huge_page_memory final : public page_memory {
public:
  // From here on an allocation gets huge pages of its own.
  static constexpr std::size_t huge_page = std::size_t{2} << 20;
  // From here on it gets a mapping of its own: memory of the heap that was used before would have
  // to be cleared at once.
  static constexpr std::size_t mapped = std::size_t{128} << 10;

  huge_page_memory() = default;
  huge_page_memory(const huge_page_memory&) = delete;
  huge_page_memory& operator=(const huge_page_memory&) = delete;
  ~huge_page_memory() override;

  void* allocate(std::size_t bytes) override;
  void* allocate_unset(std::size_t bytes) override;
  void release(void* memory, std::size_t bytes) noexcept override;
  std::size_t bytes_in_use() const noexcept override {
    return bytes_in_use_.load(std::memory_order_relaxed);
  }

  // How much is kept for `allocate_unset`; see below.
  std::size_t bytes_kept() const;

private:
  // Keeps a single huge page that is released, or says no.
  bool keep(void* memory) noexcept;

  std::atomic<std::size_t> bytes_in_use_ = 0;
  // Single huge pages that were released and are used again for what need not be cleared: clearing
  // them is most of what new ones cost. The system takes them back as soon as it is short of
  // memory (MADV_FREE), so they count as free. There are never more of them than are in use.
  mutable std::mutex guard_;
  std::vector<void*> kept_;
};

}  // namespace weir
