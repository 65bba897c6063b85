// SPDX-License-Identifier: Apache-2.0
// The memory backend files tables by name and owns them.
#include "state/memory_backend.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"

namespace weir {
namespace {

TEST(MemoryBackend, OwnsTheTablesItAdopts) {
  memory_backend backend{{0, 1024}, 1024};
  using table = flat_table<int, int>;
  auto& adopted = static_cast<table&>(backend.adopt("counts", std::make_unique<table>(backend)));
  backend.adopt("alarms", std::make_unique<table>(backend));
  adopted.find_or_insert(7, hash_key(7)) = 1;
  EXPECT_EQ(adopted.entries(), 1U);
  EXPECT_TRUE(backend.has_table("counts"));
  EXPECT_FALSE(backend.has_table("sums"));
  EXPECT_EQ(backend.table_names(), (std::vector<std::string>{"alarms", "counts"}));
  EXPECT_GT(backend.memory().bytes_in_use(), 0U);
}

TEST(MemoryBackend, KnowsItsKeyGroups) {
  memory_backend backend{{16, 32}, 128};
  EXPECT_EQ(backend.key_groups(), (key_group_range{16, 32}));
  EXPECT_EQ(backend.max_parallelism(), 128U);
}

TEST(MemoryBackendDeathTest, TakesEachNameOnce) {
  memory_backend backend{{0, 1}, 1};
  using table = flat_table<int, int>;
  backend.adopt("counts", std::make_unique<table>(backend));
  EXPECT_DEATH(backend.adopt("counts", std::make_unique<table>(backend)), "broken invariant");
}

}  // namespace
}  // namespace weir
