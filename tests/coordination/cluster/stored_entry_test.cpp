// SPDX-License-Identifier: Apache-2.0
// What is stored comes back, and nothing else does.
#include "coordination/cluster/stored_entry.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::string_view line = "weir something 1\n";

TEST(StoredEntry, BringsItsFieldsBack) {
  for (const std::string_view fields : {"", "a", "some fields"}) {
    const auto text = to_stored_entry(line, fields);
    EXPECT_TRUE(text.starts_with(line));
    EXPECT_EQ(*stored_fields(text, line.size()), fields);
  }
}

TEST(StoredEntry, RefusesWhatIsDamagedAnywhereBehindItsFirstLine) {
  const auto whole = to_stored_entry(line, "some fields");
  for (std::size_t at = line.size(); at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    const auto read = stored_fields(damaged, line.size());
    ASSERT_FALSE(read.ok()) << at;
    EXPECT_EQ(read.failure(), (error{error_code::corrupt_data, "checksum mismatch"}));
    EXPECT_FALSE(stored_fields(whole.substr(0, at), line.size()).ok()) << at;
  }
}

}  // namespace
}  // namespace weir
