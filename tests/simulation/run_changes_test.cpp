// SPDX-License-Identifier: Apache-2.0
// Names of the runs of a bounded search: written, read back, refused.
#include "coordination/testing/run_changes.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using kind = run_change::kind;

TEST(RunChanges, AreTheNameOfTheirRun) {
  const run_changes changes{{12, kind::crash, 1}, {40, kind::delay, 2}};
  EXPECT_EQ(to_string(changes), "crash-tm-1@12,delay-2@40");
  EXPECT_EQ(*run_changes_of("crash-tm-1@12,delay-2@40"), changes);
  EXPECT_EQ(to_string(run_changes{}), "base");
  EXPECT_EQ(*run_changes_of("base"), run_changes{});
}

TEST(RunChanges, AreToldInWords) {
  EXPECT_EQ(line_of({12, kind::crash, 3}), "before step 12: crash tm-3");
  EXPECT_EQ(line_of({40, kind::delay, 1}),
            "at step 40: the actor that has waited longest waits for another turn");
  EXPECT_EQ(line_of({40, kind::delay, 2}),
            "at step 40: the 2 actors that have waited longest wait for another turn");
}

TEST(RunChanges, RefuseWhatIsNoName) {
  for (const std::string wrong :
       {"", "delay-1", "delay@3", "delay-0@3", "delay-1@0", "crash-jm-1@3", "crash-tm-1@x", "1@3",
        "delay-1@3,", "delay-1@3,delay-1@3", "delay-1@9,crash-tm-1@3", "delay-1@3,crash-tm-1@3",
        "delay-1@99999999999999999999", "delay--1@3"}) {
    const auto read = run_changes_of(wrong);
    ASSERT_FALSE(read.ok()) << wrong;
    EXPECT_EQ(read.failure().message,
              "'" + wrong +
                  "' is no name of a run; one is 'base', or changes in the order of their steps, "
                  "as in crash-tm-1@12,delay-2@40");
  }
}

}  // namespace
}  // namespace weir
