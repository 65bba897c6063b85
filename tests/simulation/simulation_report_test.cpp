// SPDX-License-Identifier: Apache-2.0
// What a user reads of a simulation.
#include "coordination/testing/simulation_report.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SimulationReport, IsALineOfFiguresIfAllWentWell) {
  simulation_report report;
  report.seeds = 100;
  report.faults = 700;
  report.steps = 123456;
  report.simulated = std::chrono::milliseconds{12'340};
  EXPECT_TRUE(report.passed());
  EXPECT_EQ(to_string(report),
            "100 seeds, 700 faults, 123456 steps, 12.3 s simulated: 0 failed, 0 lost, 0 "
            "duplicated, 0 stuck\n");
}

TEST(SimulationReport, TellsOfTheFirstFailureWhatWasNeededAndWhatHappenedLast) {
  simulation_report report;
  report.seeds = 3;
  report.failed = report.lost = 1;
  report.first = simulation_failure{.seed = 8142,
                                    .kind = violation_kind::lost,
                                    .violation = "1 lines differ:\n  /out: a: missing",
                                    .plan = {"at 50ms: crash tm-1, for ever"},
                                    .faults_drawn = 9};
  for (int i = 0; i < 40; ++i) report.first->events.push_back("event " + std::to_string(i));
  const auto text = to_string(report);
  EXPECT_FALSE(report.passed());
  EXPECT_NE(text.find("seed 8142: lost: 1 lines differ:\n  /out: a: missing\n"
                      "with 1 of 9 faults:\n"
                      "  at 50ms: crash tm-1, for ever\n"
                      "the last that happened:\n"
                      "  event 10\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("  event 39\n"));
}

TEST(SimulationReport, SaysWhyNothingWasRun) {
  simulation_report report;
  report.problem = error{error_code::invalid_argument, "seeds: the last is below the first"};
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(to_string(report), "cannot be simulated: seeds: the last is below the first\n");
}

}  // namespace
}  // namespace weir
