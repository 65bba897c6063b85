// SPDX-License-Identifier: Apache-2.0
// A store begins with the copies that are whole, and with the files of the checkpoint where they
// are not.
#include "state/local_first_stores.hpp"

#include "state/map_store.hpp"
#include "tests/support/backed_up_snapshot.hpp"

namespace weir {
namespace {

class LocalFirstStores : public backed_up_snapshot {
protected:
  // A store of two runs, both kept in the checkpoint and copied.
  void SetUp() override {
    backed_up_snapshot::SetUp();
    disk_.put("/scratch/there", "");
    disk_.put("/ck/chk-17/other", "");
    map_store store{disk_, "/scratch"};
    ASSERT_TRUE(store.put("a", "1"));
    ASSERT_TRUE(store.freeze()->files());
    ASSERT_TRUE(store.put("b", "2"));
    const auto frozen = store.freeze();
    copying_files files{disk_, backup_, place()};
    const auto runs = frozen->files();
    ASSERT_TRUE(runs);
    for (auto each : *runs) {
      const auto kept = "/ck/chk-17/" + each.name;
      ASSERT_TRUE(files.link(each.path, kept));
      each.path = kept;
      bytes_ += each.bytes;
      files_.push_back(each);
    }
  }
  std::string copy_path(std::size_t n) {
    return backup_->find(*place().file_at(files_[n].path))->path;
  }
  void expect_all_of_it(const restored_bytes& read, std::size_t damaged) {
    map_stores stores{disk_};
    local_first_files near{disk_, backup_, place(), {}};
    local_first_stores opening{stores, near};
    EXPECT_EQ(opening.format(), "map");
    const auto store = opening.open({"/scratch", 0}, "counts", files_);
    ASSERT_TRUE(store) << store.failure().message;
    std::vector<stored_entry> found;
    ASSERT_TRUE((*store)->read("", "z", 10, found));
    EXPECT_EQ(found, (std::vector<stored_entry>{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(near.found().read, read);
    EXPECT_EQ(near.found().damaged.size(), damaged);
  }

  std::vector<store_file> files_;
  std::uint64_t bytes_ = 0;
};

TEST_F(LocalFirstStores, BeginWithCopies) {
  for (const auto& each : files_) ASSERT_TRUE(disk_.lose(each.path));
  expect_all_of_it({bytes_, 0}, 0);
}

TEST_F(LocalFirstStores, TakeWhatIsMissingFromTheCheckpoint) {
  ASSERT_TRUE(disk_.lose(copy_path(0)));
  expect_all_of_it({files_[1].bytes, files_[0].bytes}, 0);
}

TEST_F(LocalFirstStores, BeginAgainWithTheCheckpointWhenACopyIsDamaged) {
  ASSERT_TRUE(disk_.flip_bit(copy_path(1), 9));
  expect_all_of_it({0, bytes_}, 2);
  expect_all_of_it({0, bytes_}, 0);
}

TEST_F(LocalFirstStores, TakeWhatIsTornFromTheCheckpoint) {
  ASSERT_TRUE(disk_.truncate(copy_path(1), 9));
  expect_all_of_it({files_[0].bytes, files_[1].bytes}, 1);
}

TEST_F(LocalFirstStores, SayWhatIsWrongWithTheCheckpointWhenBothAreDamaged) {
  for (const auto& path : {copy_path(1), files_[1].path}) ASSERT_TRUE(disk_.flip_bit(path, 9));
  map_stores stores{disk_};
  local_first_files near{disk_, backup_, place(), {}};
  local_first_stores opening{stores, near};
  const auto store = opening.open({"/scratch", 0}, "counts", files_);
  ASSERT_FALSE(store);
  EXPECT_TRUE(store.failure().message.starts_with(files_[1].path)) << store.failure().message;
  EXPECT_TRUE(near.found().damaged.empty());
}

TEST_F(LocalFirstStores, OpenEmptyOnes) {
  map_stores stores{disk_};
  local_first_files near{disk_, nullptr, {}, {}};
  local_first_stores opening{stores, near};
  EXPECT_TRUE(opening.open({"/scratch", 0}, "counts"));
  EXPECT_EQ(near.found().read, restored_bytes{});
}

}  // namespace
}  // namespace weir
