// SPDX-License-Identifier: Apache-2.0
// Another program, another plan, another identity.
#include "coordination/program_identity.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

class ProgramIdentity : public ::testing::Test {
protected:
  std::string of(const std::string& program, std::uint32_t parallelism) {
    job_options options;
    options.parallelism = parallelism;
    const auto found = program_identity(files_, program, execution_graph{job_.graph(), options});
    EXPECT_TRUE(found.ok()) << (found ? "" : found.failure().message);
    return found ? *found : "";
  }

  sink_results results_;
  linear_job job_ = keyed_sum_job(10, results_);
  simulated_file_system files_;
};

TEST_F(ProgramIdentity, IsTheSameForTheSame) {
  files_.put("/one", std::string(3'000'000, 'x'));
  files_.put("/copy", std::string(3'000'000, 'x'));
  EXPECT_EQ(of("/one", 2), of("/copy", 2));
  EXPECT_EQ(of("/one", 2).size(), 32U);
}

TEST_F(ProgramIdentity, DiffersWithTheProgramAndWithThePlan) {
  std::string code(3'000'000, 'x');
  files_.put("/one", code);
  code.back() = 'y';
  files_.put("/other", code);
  EXPECT_NE(of("/one", 2), of("/other", 2));
  EXPECT_NE(of("/one", 2), of("/one", 3));
}

TEST_F(ProgramIdentity, NamesAProgramThatCannotBeRead) {
  const auto found = program_identity(files_, "/gone", execution_graph{job_.graph(), {}});
  ASSERT_FALSE(found.ok());
  EXPECT_TRUE(found.failure().message.starts_with("tell this program from others: open /gone"))
      << found.failure().message;
}

}  // namespace
}  // namespace weir
