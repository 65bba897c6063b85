// SPDX-License-Identifier: Apache-2.0
// Marks of wishes to begin with a checkpoint: each is noted once, and none outlives the next.
#include "state/restore_requests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/whole_file.hpp"

namespace weir {
namespace {

class RestoreRequests : public ::testing::Test {
protected:
  RestoreRequests() { EXPECT_TRUE(files_.make_directories("/chk")); }

  std::uint64_t begin(std::uint64_t request, std::uint64_t highest) {
    const auto before = restore_requests{files_, "/chk"}.begin(request, {highest});
    EXPECT_TRUE(before) << before.failure().message;
    return before ? before->value : 0;
  }
  std::vector<std::string> names() { return *files_.list("/chk"); }

  simulated_file_system files_;
};

using names_of_files = std::vector<std::string>;

TEST_F(RestoreRequests, RememberWhatWasThereAtFirst) {
  EXPECT_EQ(begin(3, 17), 17U);
  EXPECT_EQ(begin(3, 20), 17U);
  EXPECT_EQ(names(), names_of_files{"restore-3.after-17"});
}

TEST_F(RestoreRequests, BeginAnewWhenTheyAreOthers) {
  EXPECT_EQ(begin(3, 17), 17U);
  EXPECT_EQ(begin(4, 20), 20U);
  EXPECT_EQ(begin(3, 25), 25U);
  EXPECT_EQ(names(), names_of_files{"restore-3.after-25"});
}

TEST_F(RestoreRequests, SurviveALossOfPower) {
  EXPECT_EQ(begin(1, 0), 0U);
  files_.crash();
  EXPECT_EQ(begin(1, 5), 0U);
}

TEST_F(RestoreRequests, LeaveOtherNamesAlone) {
  const names_of_files others{"chk-1",
                              "restore-",
                              "restore-03.after-1",
                              "restore-3",
                              "restore-3.after-",
                              "restore-3.after-1.old",
                              "restore-x.after-1"};
  for (const auto& each : others) EXPECT_TRUE(write_whole_file(files_, "/chk/" + each, {}));
  EXPECT_EQ(begin(3, 7), 7U);
  for (const auto& each : others) EXPECT_TRUE(files_.remove("/chk/" + each)) << each;
  EXPECT_EQ(names(), names_of_files{"restore-3.after-7"});
}

TEST_F(RestoreRequests, SayWhereTheyCannotBeNoted) {
  const auto failed = restore_requests{files_, "/gone"}.begin(1, {});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.failure().message.find("the checkpoint directory /gone"), std::string::npos)
      << failed.failure().message;
}

}  // namespace
}  // namespace weir
