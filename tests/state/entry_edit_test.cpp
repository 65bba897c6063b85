// SPDX-License-Identifier: Apache-2.0
// Entries that are found by their key, changed and taken out.
#include "state/entry_edit.hpp"

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "tests/support/message_of_fields.hpp"

namespace weir {
namespace {

template <class Entry>
state_block block_of(const std::vector<Entry>& entries) {
  state_block block{{0, 128}, entries.size(), {}};
  for (const auto& each : entries) codec<Entry>::encode(each, block.bytes);
  return block;
}

template <class Entry>
std::vector<Entry> entries_of(const state_block& block) {
  std::vector<Entry> entries;
  std::string_view rest = block.bytes;
  while (!rest.empty()) entries.push_back(*codec<Entry>::decode(rest));
  EXPECT_EQ(entries.size(), block.entries);
  return entries;
}

savepoint_edit edit_of(std::string key, std::optional<std::string> value = std::nullopt,
                       std::optional<std::string> place = std::nullopt) {
  return {"o", "t", std::move(key), std::move(place), std::move(value)};
}

using keyed = std::pair<std::string, std::vector<int>>;
const table_schema keyed_schema{"keyed", codec<keyed>::schema()};
using timer = std::tuple<event_time, std::uint64_t, std::uint64_t>;
const table_schema timer_schema{"timers", codec<timer>::schema()};

TEST(EntryEdit, ChangesTheValueOfAKey) {
  const auto block = block_of<keyed>({{"a", {1}}, {"b", {2, 3}}, {"c", {}}});
  for (const std::string key : {"b", "\"b\"", " \"\\u0062\" "}) {
    const auto edit = entry_edit::of(keyed_schema, edit_of(key, "[4]"));
    ASSERT_TRUE(edit.ok()) << edit.failure().message;
    EXPECT_EQ(*edit->count(block), 1U);
    const auto changed = edit->apply(block);
    ASSERT_TRUE(changed.ok());
    EXPECT_EQ(entries_of<keyed>(*changed), (std::vector<keyed>{{"a", {1}}, {"b", {4}}, {"c", {}}}));
  }
}

TEST(EntryEdit, TakesAKeyOut) {
  const auto block = block_of<keyed>({{"a", {1}}, {"b", {2, 3}}});
  const auto edit = entry_edit::of(keyed_schema, edit_of("a"));
  ASSERT_TRUE(edit.ok());
  const auto changed = edit->apply(block);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(entries_of<keyed>(*changed), (std::vector<keyed>{{"b", {2, 3}}}));
  EXPECT_EQ(edit->apply(block_of<keyed>({{"a", {}}}))->entries, 0U);
}

TEST(EntryEdit, MakesAnEntryForANewKey) {
  const auto edit = entry_edit::of(keyed_schema, edit_of("new", "[7]"));
  ASSERT_TRUE(edit.ok());
  std::string expected;
  codec<keyed>::encode({"new", {7}}, expected);
  EXPECT_EQ(*edit->fresh_entry(), expected);
}

TEST(EntryEdit, TellsTheEntriesOfAKeyApartByTheirPlace) {
  const event_time first{std::chrono::seconds{978'307'200}};
  const auto block = block_of<timer>({{first, 7, 1}, {first + duration{1}, 7, 2}, {first, 8, 3}});
  const auto all = entry_edit::of(timer_schema, edit_of("7"));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(*all->count(block), 2U);
  const auto one =
      entry_edit::of(timer_schema, edit_of("7", std::nullopt, "\"2001-01-01T00:00:00Z\""));
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(*one->count(block), 1U);
  EXPECT_EQ(entries_of<timer>(*one->apply(block)),
            (std::vector<timer>{{first + duration{1}, 7, 2}, {first, 8, 3}}));
  const auto fresh = entry_edit::of(timer_schema, edit_of("9", "1"))->fresh_entry();
  ASSERT_FALSE(fresh.ok());
  EXPECT_TRUE(fresh.failure().message.starts_with("only a job adds timers and windows"));
}

std::string problem_of(const table_schema& table, const savepoint_edit& edit) {
  const auto made = entry_edit::of(table, edit);
  EXPECT_FALSE(made.ok());
  return made ? "" : made.failure().message;
}

TEST(EntryEdit, SaysWhatIsWrong) {
  EXPECT_EQ(problem_of(timer_schema, edit_of("x")), "key x: expected u64");
  EXPECT_EQ(problem_of(keyed_schema, edit_of("a", "[1,\"x\"]")),
            "value [1,\"x\"]: [1]: expected i32");
  EXPECT_EQ(problem_of(timer_schema, edit_of("1", "1", "\"soon\"")),
            "place \"soon\": expected event_time as \"2001-01-01T00:00:00Z\"");
  EXPECT_EQ(problem_of(keyed_schema, edit_of("a", "[]", "1")),
            "a key of it has one entry, without a place");
  EXPECT_EQ(problem_of({"other", "u8"}, edit_of("1", "1")),
            "a table of the kind other has no keys that are known here");
  EXPECT_EQ(problem_of({"keyed", "pair{u8,shop::money}"}, edit_of("1", "1")),
            "entries pair{u8,shop::money}: only the program that wrote it knows how 'shop::money' "
            "is encoded");
}

// A table whose values are messages, as a program had them that knew only `fields`.
table_schema messages(const std::vector<std::string>& fields) {
  return {"keyed", "pair{u8," + message_of_fields("shop", "order", fields) + "}"};
}
const state_block two_fields{{0, 128}, 1, std::string{"A\4\0\0\0\x08\7\x10\x09", 9}};

TEST(EntryEdit, TakesMessagesAsJson) {
  const auto edit = entry_edit::of(messages({"id", "size"}), edit_of("65", "{\"id\":3}"));
  ASSERT_TRUE(edit.ok()) << edit.failure().message;
  EXPECT_EQ(*edit->count(two_fields), 1U);
  EXPECT_EQ(edit->apply(two_fields)->bytes, std::string("A\2\0\0\0\x08\3", 7));
}

TEST(EntryEdit, LosesNoFieldsOfAMessageThatItsDescriptorsDoNotHave) {
  const auto table = messages({"id"});
  const auto edit = entry_edit::of(table, edit_of("65", "{\"id\":3}"));
  ASSERT_TRUE(edit.ok());
  const auto count = edit->count(two_fields);
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.failure().message,
            "the value that is there holds more than its JSON says, which would be lost: "
            "shop.order: it has fields that its descriptors do not have; change the message's "
            "base64, or take the key out with --remove first");
  EXPECT_EQ(*entry_edit::of(table, edit_of("66", "{\"id\":3}"))->count(two_fields), 0U);
  EXPECT_EQ(*entry_edit::of(table, edit_of("65"))->count(two_fields), 1U);
  const auto bytes =
      entry_edit::of(table, edit_of("65", R"({"protobuf":"shop.order","base64":"CAMQCQ=="})"));
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(*bytes->count(two_fields), 1U);
  EXPECT_EQ(bytes->apply(two_fields)->bytes, std::string("A\4\0\0\0\x08\3\x10\x09", 9));
}

TEST(EntryEdit, RefusesBytesThatAreNoSuchMessage) {
  EXPECT_EQ(
      problem_of(messages({"id"}), edit_of("65", R"({"protobuf":"shop.order","base64":"CA=="})")),
      "value {\"protobuf\":\"shop.order\",\"base64\":\"CA==\"}: 1 bytes are no message shop.order "
      "as its descriptors have it");
}

TEST(EntryEdit, DoesNotLookIntoMessagesOfOtherKeys) {
  const state_block block{{0, 128}, 2, std::string{"A\1\0\0\0\x08", 6} + two_fields.bytes};
  const auto other = entry_edit::of(messages({"id"}), edit_of("66", "{}"));
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(*other->count(block), 0U);
  const auto removed = entry_edit::of(messages({"id"}), edit_of("65"));
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(*removed->count(block), 2U);
  const auto changed = entry_edit::of(messages({"id"}), edit_of("65", "{}"));
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->count(block).failure().message,
            "decode protobuf{shop.order}: 1 bytes are no message shop.order as its descriptors "
            "have it");
}

TEST(EntryEdit, FindsABlockThatIsNotWhatItsSchemaSays) {
  auto block = block_of<keyed>({{"a", {1}}});
  block.bytes.pop_back();
  const auto edit = entry_edit::of(keyed_schema, edit_of("a"));
  EXPECT_FALSE(edit->count(block).ok());
  EXPECT_FALSE(edit->apply(block).ok());
}

}  // namespace
}  // namespace weir
