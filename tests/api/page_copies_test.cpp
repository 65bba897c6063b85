// SPDX-License-Identifier: Apache-2.0
// Copies share chunks of memory, and a chunk goes back with the last of them.
#include "api/page_copies.hpp"

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "state/huge_page_memory.hpp"

namespace weir {
namespace {

constexpr std::size_t page = 1024;

TEST(PageCopies, AreWritableAndAlignedAndDoNotOverlap) {
  huge_page_memory memory;
  page_copies copies;
  std::vector<page_copies::copy> made;
  for (unsigned n = 0; n < 10'000; ++n) {
    made.push_back(copies.make(memory, page));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(made.back().get()) % alignof(std::max_align_t), 0U);
    std::memset(made.back().get(), static_cast<int>(n % 251), page);
  }
  for (unsigned n = 0; n < made.size(); ++n) {
    const std::byte expected{static_cast<unsigned char>(n % 251)};
    ASSERT_EQ(made[n].get()[0], expected);
    ASSERT_EQ(made[n].get()[page - 1], expected);
  }
}

TEST(PageCopies, TakeAFiftiethMoreThanTheirBytesOnceThereAreMany) {
  huge_page_memory memory;
  page_copies copies;
  std::vector<page_copies::copy> made;
  for (unsigned n = 0; n < 50'000; ++n) made.push_back(copies.make(memory, page));
  EXPECT_GE(memory.bytes_in_use(), 50'000 * page);
  // The last chunk may be all but empty.
  EXPECT_LE(memory.bytes_in_use(), 50'000 * page * 51 / 50 + huge_page_memory::huge_page);
}

TEST(PageCopies, GiveTheirMemoryBackWhenTheyAreDropped) {
  huge_page_memory memory;
  std::vector<page_copies::copy> made;
  {
    page_copies copies;
    for (unsigned n = 0; n < 10'000; ++n) made.push_back(copies.make(memory, page));
    const auto all = memory.bytes_in_use();
    made.erase(made.begin(), made.begin() + 8'000);
    EXPECT_LT(memory.bytes_in_use(), all / 2);
  }
  // They outlive what made them.
  std::memset(made.back().get(), 7, page);
  EXPECT_GT(memory.bytes_in_use(), 0U);
  made.clear();
  EXPECT_EQ(memory.bytes_in_use(), 0U);
}

TEST(PageCopies, MayBeGreaterThanAChunkAndOfMoreThanOneMemory) {
  huge_page_memory first;
  huge_page_memory second;
  page_copies copies;
  auto wide = copies.make(first, 5'000'000);
  std::memset(wide.get(), 7, 5'000'000);
  auto narrow = copies.make(first, 8);
  auto other = copies.make(second, 8);
  EXPECT_GT(second.bytes_in_use(), 0U);
  wide.reset();
  narrow.reset();
  EXPECT_EQ(first.bytes_in_use(), 0U);
}

TEST(PageCopies, AreDroppedByAnotherThreadWhileMoreAreMade) {
  huge_page_memory memory;
  {
    page_copies copies;
    std::vector<page_copies::copy> made;
    for (unsigned round = 0; round < 20; ++round) {
      std::jthread reader{[taken = std::exchange(made, {})]() mutable { taken.clear(); }};
      for (unsigned n = 0; n < 2'000; ++n) made.push_back(copies.make(memory, page));
    }
  }
  EXPECT_EQ(memory.bytes_in_use(), 0U);
}

}  // namespace
}  // namespace weir
