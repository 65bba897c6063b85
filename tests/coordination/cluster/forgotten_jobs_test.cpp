// SPDX-License-Identifier: Apache-2.0
// The list has the newest, comes back as it was stored or not at all, and names only what can be a
// file of Weir's.
#include "coordination/cluster/forgotten_jobs.hpp"

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "api/crc32c.hpp"

namespace weir {
namespace {

const std::string first(64, 'a');
const std::string second(64, 'b');

TEST(ForgottenJobs, AreTheNewestFirstAndEachOnce) {
  forgotten_jobs list;
  list.add({"j1", first});
  list.add({"j2", second});
  list.add({"j1", second});
  EXPECT_EQ(list.all(), (std::vector<forgotten_job>{{"j1", second}, {"j2", second}}));
  for (std::size_t n = 0; n < most_forgotten_jobs; ++n) list.add({std::to_string(n), first});
  EXPECT_EQ(list.all().size(), most_forgotten_jobs);
  EXPECT_EQ(list.all().front().id, std::to_string(most_forgotten_jobs - 1));
  EXPECT_EQ(list.all().back().id, "0");
  constexpr std::size_t most_entry_bytes = 1'000'000;
  EXPECT_LT(list.stored_text().size(), most_entry_bytes);
}

TEST(ForgottenJobs, LeaveOutProgramsThatAreInUse) {
  forgotten_jobs list;
  list.add({"j1", second});
  list.add({"j2", first});
  list.add({"j3", first});
  EXPECT_EQ(list.programs_but({}), (std::vector{first, second}));
  EXPECT_EQ(list.programs_but({first}), std::vector{second});
}

TEST(ForgottenJobs, HaveNoNamesThatLeadElsewhere) {
  forgotten_jobs list;
  list.add({"../j", first});
  list.add({"", first});
  list.add({"j1", "../" + first.substr(3)});
  EXPECT_TRUE(list.all().empty());
  for (const auto& each : {forgotten_job{"../j", first}, {"j1", "x"}}) {
    std::string fields;
    codec<std::vector<forgotten_job>>::encode({each}, fields);
    std::string text{"weir forgotten jobs 1\n"};
    codec<std::uint32_t>::encode(crc32c(fields), text);
    EXPECT_NE(forgotten_jobs::read_stored(text + fields).failure().message.find("names no job"),
              std::string::npos);
  }
}

TEST(ForgottenJobs, ComeBackAsTheyWereStored) {
  EXPECT_TRUE(forgotten_jobs::read_stored(forgotten_jobs{}.stored_text())->all().empty());
  forgotten_jobs list;
  list.add({"j1", first});
  list.add({"j2", second});
  // docs/formats/forgotten_jobs.md
  const auto text = "weir forgotten jobs 1\n" + std::string{"\xe9\x0a\x07\xfe", 4} +
                    std::string{"\2\0\0\0\2\0\0\0j2\x40\0\0\0", 14} + second +
                    std::string{"\2\0\0\0j1\x40\0\0\0", 10} + first;
  EXPECT_EQ(list.stored_text(), text);
  EXPECT_EQ(forgotten_jobs::read_stored(text)->all(), list.all());
}

TEST(ForgottenJobs, AreRefusedWhenTheyAreDamagedOrOfAnotherVersion) {
  forgotten_jobs list;
  list.add({"j1", first});
  const auto text = list.stored_text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(forgotten_jobs::read_stored(damaged).ok()) << i;
    EXPECT_FALSE(forgotten_jobs::read_stored(text.substr(0, i)).ok()) << i;
  }
  EXPECT_EQ(forgotten_jobs::read_stored(text + "x").failure().code, error_code::corrupt_data);
  EXPECT_NE(forgotten_jobs::read_stored("weir forgotten jobs 2\n")
                .failure()
                .message.find("none of version 1"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
