// SPDX-License-Identifier: Apache-2.0
// The one place that maps pages. An anonymous mapping is zero until it is touched, so even a huge
// table costs nothing before it is used.
#include "state/huge_page_memory.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace weir {
namespace {

[[noreturn]] void out_of_memory(std::size_t wanted, std::size_t in_use) {
  std::fprintf(stderr,
               "weir: allocate a state table: the system has no %zu more bytes (%zu in use by this "
               "operator); give the process more memory or raise the parallelism\n",
               wanted, in_use);
  std::abort();
}

std::size_t whole_huge_pages(std::size_t bytes) {
  return (bytes + huge_page_memory::huge_page - 1) & ~(huge_page_memory::huge_page - 1);
}

void* map(std::size_t bytes) {
  void* const mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return mapped == MAP_FAILED ? nullptr : mapped;
}

// Maps one huge page more than needed and gives back what lies before and behind the aligned part.
void* map_aligned(std::size_t bytes) {
  constexpr std::size_t alignment = huge_page_memory::huge_page;
  void* const mapped = map(bytes + alignment);
  if (mapped == nullptr) return nullptr;
  char* const begin = static_cast<char*>(mapped);
  const std::size_t before = (alignment - reinterpret_cast<std::uintptr_t>(begin)) % alignment;
  if (before > 0) munmap(begin, before);
  munmap(begin + before + bytes, alignment - before);
  // A kernel without huge pages says no; the memory serves all the same.
  static_cast<void>(madvise(begin + before, bytes, MADV_HUGEPAGE));
  return begin + before;
}

}  // namespace

huge_page_memory::~huge_page_memory() {
  for (void* const memory : kept_) munmap(memory, huge_page);
}

void* huge_page_memory::allocate(std::size_t bytes) {
  void* const memory = bytes >= huge_page ? map_aligned(whole_huge_pages(bytes))
                       : bytes >= mapped  ? map(bytes)
                                          : std::calloc(bytes, 1);
  if (memory == nullptr) out_of_memory(bytes, bytes_in_use());
  bytes_in_use_.fetch_add(bytes, std::memory_order_relaxed);
  return memory;
}

void* huge_page_memory::allocate_unset(std::size_t bytes) {
  if (bytes == huge_page) {
    const std::scoped_lock lock{guard_};
    if (!kept_.empty()) {
      void* const memory = kept_.back();
      kept_.pop_back();
      bytes_in_use_.fetch_add(bytes, std::memory_order_relaxed);
      return memory;
    }
  }
  return allocate(bytes);
}

std::size_t huge_page_memory::bytes_kept() const {
  const std::scoped_lock lock{guard_};
  return kept_.size() * huge_page;
}

bool huge_page_memory::keep(void* memory) noexcept {
  const std::scoped_lock lock{guard_};
  // It is still counted as in use itself.
  if ((kept_.size() + 2) * huge_page > bytes_in_use()) return false;
  if (madvise(memory, huge_page, MADV_FREE) != 0) return false;
  kept_.push_back(memory);
  return true;
}

void huge_page_memory::release(void* memory, std::size_t bytes) noexcept {
  if (bytes == huge_page && keep(memory)) {
    // For the next one.
  } else if (bytes >= huge_page) {
    munmap(memory, whole_huge_pages(bytes));
  } else if (bytes >= mapped) {
    munmap(memory, bytes);
  } else {
    std::free(memory);
  }
  bytes_in_use_.fetch_sub(bytes, std::memory_order_relaxed);
}

}  // namespace weir
