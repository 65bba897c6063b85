// SPDX-License-Identifier: Apache-2.0
// A simulation as a test:
//
//   TEST(Fraud, SurvivesCrashes) {
//     weir::simulate(build_fraud_job)
//         .task_managers(3).slots(2).seeds(1, 1000)
//         .crash_random_process()
//         .expect_exactly_once();
//   }
//
// It runs at the end of the statement. A failure is a failure of the test, with everything there is
// to say; its timeline is written as HTML into the directory WEIR_REPORTS of the environment, if
// that is set. WEIR_SEEDS=8142 in the environment runs that seed alone, WEIR_RUN=delay-1@40 that
// run of a bounded search.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordination/testing/simulation.hpp"

namespace weir {

// Runs when it goes. Made by `simulate`.
class simulation_test : public simulation {
public:
  using simulation::simulation;
  simulation_test(const simulation_test&) = delete;
  simulation_test& operator=(const simulation_test&) = delete;
  ~simulation_test() {
    if (const char* const chosen = std::getenv("WEIR_SEEDS")) {
      const auto range = seed_range_of(chosen);
      if (!range) {
        ADD_FAILURE() << "WEIR_SEEDS: " << range.failure().message;
        return;
      }
      seeds(range->first, range->last);
    }
    if (const char* const chosen = std::getenv("WEIR_RUN")) replay(chosen);
    tell(run());
  }

private:
  // "Suite.Name", without the slashes of parameters.
  static std::string name_of_test() {
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    if (test == nullptr) return "simulation";
    auto name = std::string{test->test_suite_name()} + "." + test->name();
    std::replace(name.begin(), name.end(), '/', '-');
    return name;
  }
  static void tell(const simulation_report& report) {
    if (report.passed()) return;
    std::string text = to_string(report);
    const char* const directory = std::getenv("WEIR_REPORTS");
    if (report.first && directory != nullptr) {
      const auto saved = save_timeline(*report.first, directory, name_of_test());
      text += "timeline: " + (saved ? *saved : saved.failure().message) + "\n";
    }
    if (report.first) {
      text += "replay: " + replay_environment(*report.first) + " with the same --gtest_filter\n";
    }
    ADD_FAILURE() << text;
  }
};

// See coordination/testing/simulation.hpp for what can be asked of it.
inline simulation_test simulate(const std::function<void(environment&)>& define,
                                std::map<std::string, std::string> parameters = {}) {
  return simulation_test{define, std::move(parameters)};
}

}  // namespace weir
