// SPDX-License-Identifier: Apache-2.0
// What --check-restore prints.
#include "coordination/restore_report.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using kind = state_verdict::kind;

TEST(RestoreReport, IsATableWithAnAnswerBelow) {
  restore_report report;
  report.directory = "ck/chk-17";
  report.checkpoint = 17;
  report.max_parallelism = 128;
  report.states = {{"count", "window-slices", 1200, kind::same, ""},
                   {"number", "last", 7, kind::evolves, "+fee, -note"},
                   {"number", "hints", {}, kind::starts_empty, ""}};
  EXPECT_EQ(restore_report_text(report),
            "checkpoint 17 in ck/chk-17, max parallelism 128\n"
            "operator  state          entries  verdict\n"
            "count     window-slices     1200  same\n"
            "number    last                 7  evolves: +fee, -note\n"
            "number    hints                -  starts empty\n"
            "the job can go on from it\n");
  report.states.push_back({"old", "", {}, kind::fails, "why"});
  const auto text = restore_report_text(report);
  EXPECT_NE(text.find("\nold       -                    -  fails: why\nthe job cannot go on"),
            std::string::npos)
      << text;
}

TEST(RestoreReport, SaysWhatIsWrongWithTheWholeCheckpoint) {
  restore_report report;
  report.directory = "ck/chk-2";
  report.passed_over = {{error_code::corrupt_data, "chk-3: bad"}};
  report.problems = {{error_code::invalid_argument, "it is of another job"}};
  EXPECT_EQ(restore_report_text(report),
            "checkpoint 0 in ck/chk-2, max parallelism 0\n"
            "passed over, because it is damaged: chk-3: bad\n"
            "it is of another job\n"
            "the job cannot go on from it\n");
}

}  // namespace
}  // namespace weir
