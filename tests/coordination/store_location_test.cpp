// SPDX-License-Identifier: Apache-2.0
// Which store a location opens, and which it does not.
#include "coordination/store_location.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {
namespace {

TEST(StoreLocation, OpensADirectory) {
  simulated_file_system disk;
  const auto store = open_store(disk, "/shared/ha");
  ASSERT_TRUE(store.ok()) << store.failure().message;
  ASSERT_TRUE(*(*store)->take({}, "one"));
  EXPECT_TRUE(disk.stat("/shared/ha/term-1").ok());
}

TEST(StoreLocation, SaysWhatIsNone) {
  simulated_file_system disk;
  for (const std::string wrong : {"", "etcd://host/weir"}) {
    const auto store = open_store(disk, wrong);
    ASSERT_FALSE(store.ok()) << wrong;
    EXPECT_EQ(store.failure().code, error_code::invalid_argument);
    EXPECT_EQ(store.failure().message,
              "open the high-availability store \"" + wrong +
                  "\": it must be a directory, or zookeeper://host:2181/path");
  }
  EXPECT_EQ(open_store(disk, "zookeeper://host").failure().code, error_code::invalid_argument);
}

TEST(StoreLocation, OpensZooKeeperIfWeirWasBuiltWithIt) {
  simulated_file_system disk;
  const auto store = open_store(disk, "zookeeper://host/weir");
#if WEIR_HAS_ZOOKEEPER
  EXPECT_TRUE(store.ok());
#else
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.failure().message,
            "open the high-availability store \"zookeeper://host/weir\": this Weir was built "
            "without ZooKeeper; install libzookeeper-mt-dev and build it again, or name a "
            "directory that all participants share");
#endif
}

}  // namespace
}  // namespace weir
