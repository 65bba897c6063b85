// SPDX-License-Identifier: Apache-2.0
// What was added, removed and changed between two checkpoints.
#include "coordination/state_difference.hpp"

#include <gtest/gtest.h>

#include "tests/support/kept_checkpoint.hpp"
#include "tests/support/message_of_fields.hpp"

namespace weir {
namespace {

class StateDifference : public testing::Test {
protected:
  StateDifference() { keep_two_checkpoints(files); }
  std::string between(const std::string& a, const std::string& b) {
    const auto before = stored_state::open(files, a);
    const auto after = stored_state::open(files, b);
    EXPECT_TRUE(before.ok() && after.ok());
    std::string out;
    outcome = write_difference(*before, *after,
                               {[&](std::string_view text) { out += text; },
                                [&](std::string_view line) { summary = line; }});
    return out;
  }
  simulated_file_system files;
  status outcome;
  std::string summary;
};

TEST_F(StateDifference, NamesWhatWasAddedRemovedAndChanged) {
  const std::string place = "\"operator\":\"number\",\"table\":\"seen\",\"key\":";
  EXPECT_EQ(between("/ck/chk-1", "/ck/chk-2"),
            "{\"change\":\"changed\"," + place + "\"b\",\"before\":2,\"after\":5}\n" +
                "{\"change\":\"removed\"," + place + "\"c\",\"value\":3}\n" +
                "{\"change\":\"added\"," + place + "\"d\",\"value\":4}\n");
  EXPECT_EQ(summary, "1 added, 1 removed, 1 changed, 1 the same");
  EXPECT_TRUE(outcome.ok());
}

TEST_F(StateDifference, FindsNoneWhateverTheParallelism) {
  keep_checkpoint(files, 3, {{{"a", 1}, {"b", 5}, {"d", 4}}});
  EXPECT_EQ(between("/ck/chk-2", "/ck/chk-3"), "");
  EXPECT_EQ(summary, "0 added, 0 removed, 0 changed, 3 the same");
}

// The messages are four bytes behind their length: {1: 7, 2: 9}, {1: 7, 2: 8}.
TEST_F(StateDifference, ShowsMessagesAsTheDescriptorsOfEachSideHaveThem) {
  constexpr std::uint64_t nine = 0x09'10'07'08'00000004;
  constexpr std::uint64_t eight = 0x08'10'07'08'00000004;
  const auto schema_of = [](const std::string& message) {
    return table_schema{"keyed", "pair{string," + message + "}"};
  };
  keep_checkpoint(files, 3, {{{"a", nine}, {"b", nine}}}, schema_of("protobuf{shop.order}"));
  keep_checkpoint(files, 4, {{{"a", nine}, {"b", eight}}},
                  schema_of(message_of_fields("shop", "order", {"id", "size"})));
  EXPECT_EQ(between("/ck/chk-3", "/ck/chk-4"),
            R"({"change":"changed","operator":"number","table":"seen","key":"b",)"
            R"("before":{"protobuf":"shop.order","base64":"CAcQCQ=="},)"
            R"("after":{"id":7,"size":8}})"
            "\n");
  EXPECT_EQ(summary, "0 added, 0 removed, 1 changed, 1 the same");
  EXPECT_TRUE(outcome.ok());
}

TEST_F(StateDifference, FailsOnWhatItCannotDecode) {
  keep_checkpoint(files, 3, {{{"a", 1}}}, {"keyed", "pair{string,shop::money}"});
  between("/ck/chk-2", "/ck/chk-3");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().message.find("not compared: operator number: table seen: "), 0U);
}

}  // namespace
}  // namespace weir
