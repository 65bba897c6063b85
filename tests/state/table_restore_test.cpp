// SPDX-License-Identifier: Apache-2.0
// Tables that are filled from a checkpoint whose types were others.
#include "state/table_restore.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "state/memory_backend.hpp"
#include "tests/support/message_of_fields.hpp"
#include "tests/support/saved_operator.hpp"

namespace table_restoring {

struct visits {
  std::string page;
  std::uint32_t count = 0;
};
WEIR_FIELDS(visits, page, count)

struct counted_visits {
  std::uint64_t count = 0;
  std::string site = "home";
};
WEIR_FIELDS(counted_visits, count, (site, page))

}  // namespace table_restoring

namespace weir {
namespace {

using table_restoring::counted_visits;
using table_restoring::visits;

constexpr std::uint64_t keys = 5000;

saved_operator checkpoint() {
  memory_backend backend{{0, 1024}, 1024};
  using table = flat_table<std::uint64_t, visits>;
  auto& kept = static_cast<table&>(backend.adopt("kept", std::make_unique<table>(backend)));
  for (std::uint64_t key = 0; key < keys; ++key) {
    kept.find_or_insert(key, hash_key(key)) = {"page" + std::to_string(key),
                                               static_cast<std::uint32_t>(key)};
  }
  saved_operator saved;
  saved.add(backend.freeze(), {});
  return saved;
}

TEST(TableRestore, ConvertsEveryEntryAndLeavesTheKeysWhereTheyAre) {
  const saved_operator saved = checkpoint();
  std::uint64_t found = 0;
  for (const key_group_range groups : {key_group_range{0, 300}, key_group_range{300, 1024}}) {
    const auto view = saved.view(groups);
    memory_backend backend{groups, 1024};
    flat_table<std::uint64_t, counted_visits> table{backend};
    const auto restored = restore_table(*view, "kept", table);
    ASSERT_TRUE(restored.ok()) << restored.failure().message;
    EXPECT_TRUE(restored->was_saved);
    EXPECT_TRUE(restored->has_evolved);
    EXPECT_EQ(restored->changes, (std::vector<std::string>{"page->site", "count u32->u64"}));
    table.for_each([&](const std::uint64_t& key, const counted_visits& each) {
      ++found;
      EXPECT_EQ(each.count, key);
      EXPECT_EQ(each.site, "page" + std::to_string(key));
    });
  }
  EXPECT_EQ(found, keys);
}

TEST(TableRestore, SavesAgainWhatHasEvolvedWithItsNewSchema) {
  const saved_operator saved = checkpoint();
  const auto view = saved.view({0, 1024});
  memory_backend backend{{0, 1024}, 1024};
  backend.restore_from(view.get());
  using table = flat_table<std::uint64_t, counted_visits>;
  backend.adopt("kept", std::make_unique<table>(backend));
  EXPECT_EQ(backend.freeze().front().schema.entry, "pair{u64,struct{count:u64,site:string}}");
}

TEST(TableRestore, LeavesATableEmptyThatTheCheckpointDoesNotHave) {
  const saved_operator saved = checkpoint();
  const auto view = saved.view({0, 1024});
  memory_backend backend{{0, 1024}, 1024};
  flat_table<std::uint64_t, visits> table{backend};
  const auto restored = restore_table(*view, "other", table);
  ASSERT_TRUE(restored.ok());
  EXPECT_FALSE(restored->was_saved);
  const auto same = restore_table(*view, "kept", table);
  ASSERT_TRUE(same.ok());
  EXPECT_TRUE(same->was_saved);
  EXPECT_FALSE(same->has_evolved);
  EXPECT_EQ(table.size(), keys);
}

// Looks like a message, and has no descriptor.
template <class Name>
struct plain_message {
  std::string bytes;
  bool SerializeToString(std::string* out) const {
    *out = bytes;
    return true;
  }
  bool ParseFromString(const std::string& from) {
    bytes = from;
    return true;
  }
  std::string GetTypeName() const { return Name::text; }
};
struct order_name {
  static constexpr const char* text = "shop.order";
};
struct bill_name {
  static constexpr const char* text = "shop.bill";
};

TEST(TableRestore, TakesMessagesOfOneNameAsTheyAreWhateverTheirDescriptors) {
  using table = flat_table<std::uint64_t, plain_message<order_name>>;
  memory_backend before{{0, 1024}, 1024};
  auto& kept = static_cast<table&>(before.adopt("kept", std::make_unique<table>(before)));
  kept.find_or_insert(7, hash_key(std::uint64_t{7})).bytes = "\x08\1";
  saved_operator saved;
  saved.add(before.freeze(), {});
  EXPECT_EQ(saved.tables()["kept"].schema.entry, "pair{u64,protobuf{shop.order}}");
  for (const auto& message :
       {std::string{"protobuf{shop.order}"}, message_of_fields("shop", "order", {"a"})}) {
    saved.tables()["kept"].schema.entry = "pair{u64," + message + "}";
    const auto view = saved.view({0, 1024});
    memory_backend backend{{0, 1024}, 1024};
    table now{backend};
    const auto restored = restore_table(*view, "kept", now);
    ASSERT_TRUE(restored.ok()) << restored.failure().message;
    EXPECT_FALSE(restored->has_evolved);
    ASSERT_NE(now.find(7, hash_key(std::uint64_t{7})), nullptr);
    EXPECT_EQ(now.find(7, hash_key(std::uint64_t{7}))->bytes, "\x08\1");
    flat_table<std::uint64_t, plain_message<bill_name>> other{backend};
    const auto refused = restore_table(*view, "kept", other);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.failure().message,
              "state \"kept\" was saved as pair{u64,protobuf{shop.order}} but is now "
              "pair{u64,protobuf{shop.bill}}: protobuf{shop.order} cannot become "
              "protobuf{shop.bill}: a message of Protocol Buffers keeps its full name; give it its "
              "former type back, or another name, with which it starts empty");
  }
}

TEST(TableRestore, SaysWhyAStateCannotBecomeWhatItIsNow) {
  const saved_operator saved = checkpoint();
  const auto view = saved.view({0, 1024});
  memory_backend backend{{0, 1024}, 1024};
  flat_table<std::uint64_t, std::string> table{backend};
  const auto restored = restore_table(*view, "kept", table);
  ASSERT_FALSE(restored.ok());
  EXPECT_EQ(restored.failure().message,
            "state \"kept\" was saved as pair{u64,struct{page:string,count:u32}} but is now "
            "pair{u64,string}: struct{page:string,count:u32} cannot become string; give it its "
            "former type back, or another name, with which it starts empty");
}

TEST(TableRestore, FindsABlockThatIsNotWhatItsSchemaSays) {
  for (const std::string damage : {"x", ""}) {
    saved_operator saved = checkpoint();
    auto& bytes = saved.tables()["kept"].blocks.front().bytes;
    damage.empty() ? bytes.pop_back() : bytes.push_back('x');
    const auto view = saved.view({0, 1024});
    memory_backend backend{{0, 1024}, 1024};
    flat_table<std::uint64_t, counted_visits> table{backend};
    const auto restored = restore_table(*view, "kept", table);
    ASSERT_FALSE(restored.ok());
    EXPECT_EQ(restored.failure().code, error_code::corrupt_data);
    EXPECT_TRUE(restored.failure().message.starts_with("restore state \"kept\": "));
    EXPECT_TRUE(restored.failure().message.ends_with(
        damage.empty() ? "the checkpoint is damaged, restore an older one"
                       : "bytes are left behind the last entry; the checkpoint is damaged, restore "
                         "an older one"));
  }
}

}  // namespace
}  // namespace weir
