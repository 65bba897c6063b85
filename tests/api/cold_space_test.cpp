// SPDX-License-Identifier: Apache-2.0
// A cold space opens its store late, writes together what it can, and keeps tables within bounds.
#include "api/cold_space.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "api/operator.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "state/map_store.hpp"

namespace weir {
namespace {

// Counts what is asked of it, and fails when told to.
class watched_stores final : public entry_stores {
public:
  std::string format() const override { return "watched"; }
  using entry_stores::open;
  result<std::unique_ptr<entry_store>> open(const entry_store_settings& with,
                                            const std::string& whose,
                                            const std::vector<store_file>&) override {
    ++opened;
    if (failure) return *failure;
    settings = with;
    name = whose;
    return std::unique_ptr<entry_store>{std::make_unique<watched_store>(*this)};
  }

  int opened = 0;
  int commits = 0;
  std::optional<error> failure;
  entry_store_settings settings;
  std::string name;

private:
  class watched_store final : public entry_store {
  public:
    explicit watched_store(watched_stores& owner) : owner_{owner} {}
    status read(std::string_view begin, std::string_view end, std::size_t most,
                std::vector<stored_entry>& into) override {
      return owner_.failure ? *owner_.failure : inner_.read(begin, end, most, into);
    }
    result<bool> get(std::string_view key, std::string& value) override {
      if (owner_.failure) return *owner_.failure;
      return inner_.get(key, value);
    }
    status put(std::string_view key, std::string_view value) override {
      return owner_.failure ? *owner_.failure : inner_.put(key, value);
    }
    status remove(std::string_view key) override {
      return owner_.failure ? *owner_.failure : inner_.remove(key);
    }
    status commit() override {
      ++owner_.commits;
      return owner_.failure ? *owner_.failure : inner_.commit();
    }
    status remove_range(std::string_view begin, std::string_view end) override {
      return owner_.failure ? *owner_.failure : inner_.remove_range(begin, end);
    }
    std::unique_ptr<entry_view> view() override { return inner_.view(); }
    std::unique_ptr<frozen_store> freeze() override { return inner_.freeze(); }

  private:
    watched_stores& owner_;
    simulated_file_system files_;
    map_store inner_{files_, "/scratch"};
  };
};

class ColdSpace : public testing::Test {
protected:
  watched_stores stores_;
  cold_space space_{stores_, {"/fast", 17}, 100, "counts (1/2)"};
};

TEST_F(ColdSpace, OpensItsStoreWhenItIsNeeded) {
  const std::string range = space_.open_range();
  space_.trim();
  space_.remove_range(range);
  EXPECT_EQ(stores_.opened, 0);
  space_.put(range + "a", "1");
  space_.put(range + "b", "2");
  EXPECT_EQ(stores_.opened, 1);
  EXPECT_EQ(stores_.settings, (entry_store_settings{"/fast", 17}));
  EXPECT_EQ(stores_.name, "counts (1/2)");
}

TEST_F(ColdSpace, WritesTogetherWhatNobodyAsksForInBetween) {
  const std::string range = space_.open_range();
  for (int i = 0; i < 100; ++i) space_.put(range + std::to_string(i), "value");
  space_.remove(range + "7");
  EXPECT_EQ(stores_.commits, 0);
  std::string value;
  EXPECT_TRUE(space_.get(range + "8", value));
  EXPECT_EQ(value, "value");
  EXPECT_FALSE(space_.get(range + "7", value));
  EXPECT_EQ(stores_.commits, 1);
}

TEST_F(ColdSpace, KeepsRangesApart) {
  const std::string first = space_.open_range();
  const std::string second = space_.open_range();
  space_.put(first + "a", "1");
  space_.put(second + "a", "2");
  space_.remove_range(first);
  std::string value;
  EXPECT_FALSE(space_.get(first + "a", value));
  EXPECT_TRUE(space_.get(second + "a", value));
  space_.discard_range(second);
  EXPECT_FALSE(space_.get(second + "a", value));
}

TEST_F(ColdSpace, FailsTheTaskWhenTheStoreFails) {
  stores_.failure = error{error_code::io_failure, "write: the disk is full"};
  const auto failure_of = [](auto call) {
    try {
      call();
    } catch (const task_failure& failure) {
      return failure.cause().message;
    }
    return std::string{"none"};
  };
  std::string value;
  std::vector<stored_entry> found;
  EXPECT_EQ(failure_of([&] { space_.put("a", "1"); }), "write: the disk is full");
  stores_.failure.reset();
  space_.put("a", "1");
  stores_.failure = error{error_code::io_failure, "write: the disk is full"};
  EXPECT_EQ(failure_of([&] { space_.put("b", "1"); }), "write: the disk is full");
  EXPECT_EQ(failure_of([&] { space_.get("a", value); }), "write: the disk is full");
  EXPECT_EQ(failure_of([&] { space_.read("a", "b", 1, found); }), "write: the disk is full");
  space_.discard_range("a");
}

// A table that takes so many bytes until it spills.
class fake_table final : public spilling_table {
public:
  fake_table(cold_space& space, std::size_t bytes) : space_{space}, bytes_{bytes} {
    space_.add(*this);
  }
  ~fake_table() { space_.remove(*this); }
  std::size_t bytes_in_memory() override { return bytes_; }
  void spill() override { bytes_ = 0; }

private:
  cold_space& space_;
  std::size_t bytes_;
};

TEST_F(ColdSpace, HasTablesSpillThatTogetherHoldTooMuch) {
  fake_table first{space_, 60};
  space_.trim();
  EXPECT_EQ(first.bytes_in_memory(), 60U);
  {
    fake_table second{space_, 41};
    space_.trim();
    EXPECT_EQ(first.bytes_in_memory(), 0U);
    EXPECT_EQ(second.bytes_in_memory(), 0U);
  }
  space_.trim();
}

TEST(ColdSpaceKeys, AreInTheOrderOfTheirHashes) {
  const auto key = [](std::uint64_t hash) {
    std::string made{"\0\0\1\2", 4};
    append_hash(hash, made);
    return made + "the key";
  };
  EXPECT_LT(key(1), key(255));
  EXPECT_LT(key(255), key(256));
  EXPECT_LT(key(256), key(~std::uint64_t{0}));
  EXPECT_EQ(hash_in(key(0x1234567890ABCDEF)), 0x1234567890ABCDEFU);
  EXPECT_EQ(behind_hash(key(3)), "the key");
}

TEST(ColdSpaceKeys, EndBehindAllOfTheirRange) {
  EXPECT_EQ(end_of_range({"\0\0\0\0", 4}), (std::string{"\0\0\0\1", 4}));
  EXPECT_EQ(end_of_range({"\0\1\xff\xff", 4}), (std::string{"\0\2\0\0", 4}));
}

}  // namespace
}  // namespace weir
