// SPDX-License-Identifier: Apache-2.0
// Backends file tables by name and own them; shown by the one in memory.
#include "state/table_registry.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "state/memory_backend.hpp"

namespace weir {
namespace {

TEST(TableRegistry, OwnsTheTablesItAdopts) {
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

TEST(TableRegistry, KnowsItsKeyGroups) {
  memory_backend backend{{16, 32}, 128};
  EXPECT_EQ(backend.key_groups(), (key_group_range{16, 32}));
  EXPECT_EQ(backend.max_parallelism(), 128U);
}

TEST(TableRegistry, MissesNothingWithoutACheckpoint) {
  const memory_backend backend{{0, 1024}, 1024};
  EXPECT_TRUE(backend.not_restored().empty());
  EXPECT_TRUE(backend.table_names().empty());
}

}  // namespace
}  // namespace weir
