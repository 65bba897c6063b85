// SPDX-License-Identifier: Apache-2.0
// The protocol of api/frozen_pages.hpp. The copy of a page happens before it is `kept`, and reading
// it before it is `done`: those two are released and acquired, so whoever comes after sees it.
#include "api/frozen_pages.hpp"

#include <thread>
#include <utility>

namespace weir {
namespace {

void pause(unsigned& turns) {
  constexpr unsigned turns_before_yielding = 128;
  if (++turns > turns_before_yielding) {
    std::this_thread::yield();  // The other thread may have lost its core.
    return;
  }
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

std::size_t frozen_pages::add_array(page_memory& memory, const void* begin, std::size_t pages,
                                    unsigned places_shift) {
  std::shared_ptr<std::uint8_t[]> states{
      static_cast<std::uint8_t*>(memory.allocate(pages)),
      [from = &memory, owner = memory.weak_from_this().lock(), pages](std::uint8_t* allocated) {
        from->release(allocated, pages);
      }};
  arrays_.push_back({begin, pages, places_shift, std::move(states)});
  return arrays_.size() - 1;
}

void frozen_pages::preserve_all() {
  for (std::size_t i = 0; i < arrays_.size(); ++i) {
    for (std::size_t page = 0; page < arrays_[i].pages && !is_over(); ++page) {
      preserve_page(i, page);
    }
  }
}

void frozen_pages::preserve_page(std::size_t number, std::size_t page) {
  const auto mark = state_of(number, page);
  std::uint8_t seen = mark.load(std::memory_order_acquire);
  if (seen == done || seen == kept) return;
  if (seen == untouched && mark.compare_exchange_strong(seen, busy, std::memory_order_acquire)) {
    keep_page(number, page);
    mark.store(kept, std::memory_order_release);
    return;
  }
  unsigned turns = 0;
  while (mark.load(std::memory_order_acquire) == busy) pause(turns);
}

std::optional<frozen_pages::page_place> frozen_pages::read_next_page() {
  for (;;) {
    while (next_array_ < arrays_.size() && next_page_ == arrays_[next_array_].pages) {
      ++next_array_;
      next_page_ = 0;
    }
    if (next_array_ == arrays_.size()) return std::nullopt;
    const page_place next{next_array_, next_page_++};
    switch (claim(next)) {
      case untouched:
        read_page(next.array, next.page);
        break;
      case kept:
        read_kept_page(next.array, next.page);
        break;
      default:
        continue;
    }
    state_of(next.array, next.page).store(done, std::memory_order_release);
    return next;
  }
}

void frozen_pages::skip_pages(std::size_t number, std::size_t first, std::size_t count) {
  for (std::size_t page = first; page < first + count; ++page) {
    if (claim({number, page}) == kept) drop_kept_page(number, page);
    state_of(number, page).store(done, std::memory_order_release);
  }
}

// What the page was, which is the reader's from here on unless it was done.
frozen_pages::state frozen_pages::claim(const page_place& of) {
  const auto mark = state_of(of.array, of.page);
  std::uint8_t seen = untouched;
  if (mark.compare_exchange_strong(seen, busy, std::memory_order_acquire)) return untouched;
  unsigned turns = 0;
  while ((seen = mark.load(std::memory_order_acquire)) == busy) pause(turns);
  return static_cast<state>(seen);
}

}  // namespace weir
