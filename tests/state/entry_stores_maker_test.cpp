// SPDX-License-Identifier: Apache-2.0
// Who has no stores says so to whoever wants one, by name.
#include "state/entry_stores_maker.hpp"

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

TEST(EntryStoresMaker, NoStoresRefuseEachByName) {
  posix_file_system files;
  const auto stores = no_stores(files);
  EXPECT_EQ(stores->format(), "none");
  const auto refused = stores->open({}, "table seen of operator number");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, error_code::internal);
  EXPECT_EQ(refused.failure().message,
            "table seen of operator number: this process was started without stores for state; "
            "only one that runs tasks has them");
}

TEST(EntryStoresMaker, ThatOfRocksdbMakesStoresThatOpen) {
  temporary_directory directory;
  posix_file_system files;
  const entry_stores_maker maker = make_rocksdb_stores;
  const auto stores = maker(files);
  EXPECT_EQ(stores->format(), "rocksdb");
  EXPECT_TRUE(stores->open({.directory = directory / "", .memory = 8U << 20U}, "seen").ok());
}

}  // namespace
}  // namespace weir
