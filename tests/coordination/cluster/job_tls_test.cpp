// SPDX-License-Identifier: Apache-2.0
// What a submitter can say about the connections of a job, and which files its processes get.
#include "coordination/cluster/job_tls.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

const tls_paths node{"/etc/weir/c", "/etc/weir/k", "/etc/weir/a"};

TEST(JobTls, IsThatOfTheNodeUnlessTheSubmitterSaysOtherwise) {
  EXPECT_EQ(job_tls{}.on(node), node);
  EXPECT_EQ(job_tls{}.on({}), tls_paths{});
  EXPECT_EQ(parse_job_tls("node")->on(node), node);
  EXPECT_EQ(parse_job_tls("none")->on(node), tls_paths{});
  const auto own = parse_job_tls("/j/c,/j/k,/j/a");
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->on(node), (tls_paths{"/j/c", "/j/k", "/j/a"}));
  EXPECT_EQ(own->on({}), (tls_paths{"/j/c", "/j/k", "/j/a"}));
}

TEST(JobTls, IsRefusedIfItIsNothingElse) {
  for (const std::string wrong : {"", "no", "nodes", "/c,/k", "/c,/k,", ",/k,/a", "/c,/k,/a,/b",
                                  "c,/k,/a", "/c,/k,a", "none,none,none"}) {
    const auto how = parse_job_tls(wrong);
    ASSERT_FALSE(how.ok()) << wrong;
    EXPECT_EQ(
        how.failure().message,
        "'" + wrong +
            "' is not node, none or CERT,KEY,CA: three absolute paths, as all nodes see them");
  }
}

}  // namespace
}  // namespace weir
