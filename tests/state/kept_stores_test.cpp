// SPDX-License-Identifier: Apache-2.0
// Stores of a checkpoint are opened once, and only by those who know their files.
#include "state/kept_stores.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/map_store.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};

class KeptStores : public testing::Test {
protected:
  KeptStores() {
    disk_.put("/scratch/there", "");
    map_store store{disk_, "/scratch"};
    EXPECT_TRUE(store.put("a", "1"));
    operator_snapshot content{counts, "counts (1/1)", {}, {}};
    content.tables.push_back(section("n", counts_schema, {}));
    content.tables.back().stored = stored_range{std::string(4, '\0'), 1};
    content.store = store.freeze();
    content.store_format = "map";
    write_snapshot(disk_, "/ck/chk-1/task-0.attempt-1.snap", {{1}, "counts", {0}, 1, 128},
                   content_of(std::move(content)));
  }
  snapshot_reader reader() {
    return *snapshot_reader::open(disk_, "/ck/chk-1/task-0.attempt-1.snap");
  }

  simulated_file_system disk_;
};

TEST_F(KeptStores, AreReadAfterTheStoreHasGone) {
  map_stores stores{disk_};
  kept_stores kept{stores, {"/scratch", 0}};
  const auto file = reader();
  const auto view = kept.open(file, *file.find(counts));
  ASSERT_TRUE(view) << view.failure().message;
  std::vector<stored_entry> found;
  ASSERT_TRUE((*view)->read("", "z", 10, found));
  EXPECT_EQ(found, (std::vector<stored_entry>{{"a", "1"}}));
  EXPECT_EQ(*kept.open(file, *file.find(counts)), *view);
}

TEST_F(KeptStores, NameTheDamagedFile) {
  ASSERT_TRUE(disk_.flip_bit("/ck/chk-1/task-0.attempt-1.store-0.1.run", 9));
  map_stores stores{disk_};
  kept_stores kept{stores, {"/scratch", 0}};
  const auto file = reader();
  const auto view = kept.open(file, *file.find(counts));
  ASSERT_FALSE(view);
  EXPECT_EQ(view.failure().code, error_code::corrupt_data);
  EXPECT_EQ(view.failure().message,
            "/ck/chk-1/task-0.attempt-1.snap: operator counts (1/1): "
            "/ck/chk-1/task-0.attempt-1.store-0.1.run: a run of a store is damaged");
}

TEST_F(KeptStores, OfAnotherFormatAreRefused) {
  class others final : public entry_stores {
    std::string format() const override { return "others"; }
    result<std::unique_ptr<entry_store>> open(const entry_store_settings&, const std::string&,
                                              const std::vector<store_file>&) override {
      return error{error_code::internal, "was opened"};
    }
  };
  others stores;
  kept_stores kept{stores, {}};
  const auto file = reader();
  const auto view = kept.open(file, *file.find(counts));
  ASSERT_FALSE(view);
  EXPECT_EQ(view.failure().message,
            "/ck/chk-1/task-0.attempt-1.snap: operator counts (1/1) has its state in files of map, "
            "and only those of others can be read here; have the job that wrote it take a "
            "savepoint");
}

}  // namespace
}  // namespace weir
