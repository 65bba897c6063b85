// SPDX-License-Identifier: Apache-2.0
// Runs the benchmark cases whose names contain one of the arguments, or all of them, and prints one
// JSON line for each. --miniature runs them small, to see that they work.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tests/benchmarks/benchmark.hpp"
#include "tests/benchmarks/child_process.hpp"
#include "tests/benchmarks/floor_probe.hpp"

namespace {

using namespace weir::benchmarks;

std::string to_json(const benchmark_case& done, const case_result& result, const settings& how) {
  char text[120];
  std::string json = R"({"case":")" + done.name + R"(","what":")" + done.what + R"(","unit":")" +
                     result.unit + R"(","figures":{)";
  bool all_met = true;
  for (std::size_t i = 0; i < result.figures.size(); ++i) {
    const auto& figure = result.figures[i];
    std::snprintf(text, sizeof text, R"(%s"%s":{"median":%.4g)", i == 0 ? "" : ",",
                  figure.name.c_str(), figure.value);
    json += text;
    if (figure.target > 0 && !how.miniature) {
      const bool met = figure.value <= figure.target;
      all_met = all_met && met;
      std::snprintf(text, sizeof text, R"(,"target":%.4g,"met":%s)", figure.target,
                    met ? "true" : "false");
      json += text;
    }
    json += R"(,"runs":[)";
    for (std::size_t run = 0; run < figure.runs.size(); ++run) {
      std::snprintf(text, sizeof text, "%s%.4g", run == 0 ? "" : ",", figure.runs[run]);
      json += text;
    }
    json += "]}";
  }
  json += "}";
  if (how.miniature) return json + R"(,"miniature":true)";
  return json + R"(,"met":)" + (all_met ? "true" : "false");
}

bool is_wanted(const benchmark_case& each, const std::vector<std::string_view>& names) {
  if (names.empty()) return true;
  for (const auto name : names) {
    if (each.name.find(name) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto status = run_as_child()) return *status;
  settings how;
  std::vector<std::string_view> names;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view{argv[i]} == "--miniature") {
      how.miniature = true;
    } else {
      names.emplace_back(argv[i]);
    }
  }
  int ran = 0;
  for (const auto& each : all_cases()) {
    if (!is_wanted(each, names)) continue;
    const auto result = each.run(how);
    std::printf("%s,\"floor\":%s}\n", to_json(each, result, how).c_str(),
                to_json(probe_machine()).c_str());
    std::fflush(stdout);
    ++ran;
  }
  if (ran > 0) return 0;
  std::fprintf(stderr, "no such case; there are:\n");
  for (const auto& each : all_cases()) {
    std::fprintf(stderr, "  %-16s %s\n", each.name.c_str(), each.what.c_str());
  }
  return 2;
}
