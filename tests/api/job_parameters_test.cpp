// SPDX-License-Identifier: Apache-2.0
// Job parameters: read as the type the program asks for, with an error that says what was given.
#include "api/job_parameters.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

std::string problem_of(job_parameters& parameters) {
  return parameters.problem() ? parameters.problem()->message : "";
}

TEST(JobParameters, GiveTheFallbackForWhatWasNotGiven) {
  job_parameters parameters;
  EXPECT_EQ(parameters.get("input", std::string{"book.txt"}), "book.txt");
  EXPECT_EQ(parameters.get("n", 5), 5);
  EXPECT_EQ(parameters.get("gap", duration{30s}), 30s);
  EXPECT_EQ(problem_of(parameters), "");
}

TEST(JobParameters, AreReadAsTheTypeOfTheFallback) {
  job_parameters parameters{{{"text", "a b"},
                             {"int", "-7"},
                             {"size", "18446744073709551615"},
                             {"ratio", "0.25"},
                             {"on", "true"},
                             {"gap", "2h"},
                             {"since", "2001-01-01T00:00:01Z"}}};
  EXPECT_EQ(parameters.get("text", std::string{}), "a b");
  EXPECT_EQ(parameters.get("int", 0), -7);
  EXPECT_EQ(parameters.get("size", std::uint64_t{0}), 18446744073709551615U);
  EXPECT_EQ(parameters.get("ratio", 0.0), 0.25);
  EXPECT_TRUE(parameters.get("on", false));
  EXPECT_EQ(parameters.get("gap", duration{}), 2h);
  EXPECT_EQ(parameters.get("since", event_time{}), event_time{978307201s});
  EXPECT_EQ(problem_of(parameters), "");
}

TEST(JobParameters, RefuseTextThatIsNotAnInteger) {
  job_parameters parameters{{{"n", "five"}}};
  EXPECT_EQ(parameters.get("n", 5), 5);
  EXPECT_EQ(problem_of(parameters),
            "job parameter n: 'five' is not an integer between -2147483648 and 2147483647; "
            "set it with -P n=...");
}

TEST(JobParameters, RefuseIntegersThatDoNotFitOrAreFollowedByMore) {
  for (const char* value : {"256", "-1", "12x", "", " 1"}) {
    job_parameters parameters{{{"n", value}}};
    EXPECT_EQ(parameters.get("n", std::uint8_t{7}), 7);
    EXPECT_EQ(problem_of(parameters), "job parameter n: '" + std::string{value} +
                                          "' is not an integer between 0 and 255; set it with "
                                          "-P n=...");
  }
}

TEST(JobParameters, RefuseWhatIsNotABoolANumberADurationOrATime) {
  job_parameters flag{{{"x", "yes"}}};
  EXPECT_TRUE(flag.get("x", true));
  EXPECT_EQ(problem_of(flag), "job parameter x: 'yes' is not true or false; set it with -P x=...");
  job_parameters number{{{"x", "1,5"}}};
  EXPECT_EQ(number.get("x", 2.5), 2.5);
  EXPECT_EQ(problem_of(number), "job parameter x: '1,5' is not a number; set it with -P x=...");
  job_parameters span{{{"x", "soon"}}};
  EXPECT_EQ(span.get("x", duration{1s}), 1s);
  EXPECT_TRUE(problem_of(span).starts_with("job parameter x: 'soon' is not a duration ("));
  job_parameters time{{{"x", "2001-13-01"}}};
  EXPECT_EQ(time.get("x", event_time{1s}), event_time{1s});
  EXPECT_TRUE(problem_of(time).starts_with("job parameter x: '2001-13-01' is not a time ("));
}

TEST(JobParameters, KeepTheFirstProblem) {
  job_parameters parameters{{{"a", "x"}, {"b", "y"}}};
  parameters.get("b", 1);
  parameters.get("a", 1);
  EXPECT_TRUE(problem_of(parameters).starts_with("job parameter b:"));
}

TEST(JobParameters, RememberWhichWereRead) {
  job_parameters parameters{{{"input", "x"}, {"inptu", "y"}}};
  parameters.get("input", std::string{});
  parameters.get("n", 1);
  EXPECT_EQ(parameters.unread(), std::vector<std::string>{"inptu"});
  EXPECT_EQ(parameters.known(), (std::set<std::string>{"input", "n"}));
}

}  // namespace
}  // namespace weir
