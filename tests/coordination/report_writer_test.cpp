// SPDX-License-Identifier: Apache-2.0
// What keeps going wrong is told once.
#include "coordination/report_writer.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(ReportWriter, WritesWhoAndWhatOnALine) {
  std::string written;
  const auto report = reporter("weir node", [&](std::string_view text) { written += text; });
  report("dial 127.0.0.1:1: refused");
  EXPECT_EQ(written, "weir node: dial 127.0.0.1:1: refused\n");
}

TEST(ReportWriter, DoesNotRepeatItself) {
  std::string written;
  const auto report = reporter("job", [&](std::string_view text) { written += text; });
  for (const auto* const each : {"a", "a", "b", "b", "b", "a"}) report(each);
  EXPECT_EQ(written, "job: a\njob: b\njob: a\n");
}

}  // namespace
}  // namespace weir
