// SPDX-License-Identifier: Apache-2.0
// The checks of the checks: each tidy rule catches a snippet that breaks it and spares its
// neighbour that does not. A rule that cannot fail would be worse than none.
#include "tests/tidy/rules.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace weir::tidy {
namespace {

using rule = violations (*)(const source_file&);

std::size_t caught(rule check, std::string path, std::string text) {
  return check(source_file{std::move(path), std::move(text)}).size();
}

TEST(IncludesPointDown, CatchesAnIncludeThatPointsUp) {
  EXPECT_EQ(caught(includes_point_down, "api/a.hpp", "#include \"state/b.hpp\"\n"), 1U);
  EXPECT_EQ(caught(includes_point_down, "state/a.hpp", "#include \"network/b.hpp\"\n"), 1U);
  EXPECT_EQ(caught(includes_point_down, "connectors/a.hpp", "#include <weir/actors/b.hpp>\n"), 1U);
  EXPECT_EQ(caught(includes_point_down, "samples/a.cpp", "#include \"coordination/b.hpp\"\n"), 1U);
  EXPECT_EQ(caught(includes_point_down, "coordination/a.hpp", "#include \"tests/b.hpp\"\n"), 1U);
}

TEST(IncludesPointDown, CatchesAnIncludeThatDoesNotStartAtTheRoot) {
  EXPECT_EQ(caught(includes_point_down, "api/a.hpp", "#include \"b.hpp\"\n"), 1U);
  EXPECT_EQ(caught(includes_point_down, "api/a.hpp", "#include \"../api/b.hpp\"\n"), 1U);
  EXPECT_EQ(caught(includes_point_down, "core/a.hpp", ""), 1U);
}

TEST(IncludesPointDown, SparesWhatPointsDownOrIsACommentOrAString) {
  EXPECT_EQ(caught(includes_point_down, "actors/a.hpp",
                   "#include <vector>\n#include \"actors/c.hpp\"\n#include \"network/b.hpp\"\n"),
            0U);
  EXPECT_EQ(caught(includes_point_down, "samples/a.cpp", "#include <weir/coordination/run.hpp>\n"),
            0U);
  EXPECT_EQ(caught(includes_point_down, "api/a.hpp", "// #include \"state/b.hpp\"\n"), 0U);
  EXPECT_EQ(
      caught(includes_point_down, "api/a.cpp", "auto s = \"#include \\\"state/b.hpp\\\"\";\n"), 0U);
}

TEST(OwnHeaderComesFirst, CatchesAHeaderThatComesSecond) {
  EXPECT_EQ(caught(own_header_comes_first, "api/a.cpp", "#include <map>\n#include \"api/a.hpp\"\n"),
            1U);
  EXPECT_EQ(caught(own_header_comes_first, "api/a.cpp", "#include \"api/a.hpp\"\n#include <map>\n"),
            0U);
}

TEST(OwnHeaderComesFirst, CatchesAHeaderWithoutPragmaOnce) {
  EXPECT_EQ(caught(own_header_comes_first, "api/a.hpp", "int f();\n"), 1U);
  EXPECT_EQ(caught(own_header_comes_first, "api/a.hpp", "// #pragma once\n"), 1U);
  EXPECT_EQ(caught(own_header_comes_first, "api/a.hpp", "#pragma once\n"), 0U);
}

TEST(Doors, CatchALibraryElsewhere) {
  const auto& check = libraries_stay_behind_their_doors;
  EXPECT_EQ(caught(check, "actors/task.cpp", "#include <caf/all.hpp>\n"), 1U);
  EXPECT_EQ(caught(check, "coordination/run.cpp", "#include <boost/program_options.hpp>\n"), 1U);
  EXPECT_EQ(caught(check, "coordination/run.cpp", "#include <yaml-cpp/yaml.h>\n"), 1U);
  EXPECT_EQ(caught(check, "connectors/json.hpp", "#include <simdjson.h>\n"), 1U);
  EXPECT_EQ(caught(check, "state/a.cpp", "#include <xxhash.h>\n"), 1U);
  EXPECT_EQ(caught(check, "state/a.cpp", "#include <rocksdb/db.h>\n"), 1U);
  EXPECT_EQ(caught(check, "api/a.cpp", "#include <gtest/gtest.h>\n"), 1U);
}

TEST(Doors, SpareTheDoorsThemselves) {
  const auto& check = libraries_stay_behind_their_doors;
  EXPECT_EQ(caught(check, "actors/task_actor.cpp", "#include <caf/all.hpp>\n"), 0U);
  EXPECT_EQ(caught(check, "coordination/simulation/world.cpp", "#include <caf/all.hpp>\n"), 0U);
  EXPECT_EQ(
      caught(check, "coordination/command_line.cpp", "#include <boost/program_options.hpp>\n"), 0U);
  EXPECT_EQ(caught(check, "api/key_group.cpp", "#include <xxhash.h>\n"), 0U);
}

TEST(Sizes, CatchALongFileLineAndFunction) {
  std::string lines;
  for (int i = 0; i < 401; ++i) lines += "int x;\n";
  EXPECT_EQ(caught(sizes_stay_readable, "api/a.cpp", lines), 1U);
  EXPECT_EQ(caught(sizes_stay_readable, "api/a.cpp", "// " + std::string(98, 'x') + "\n"), 1U);

  std::string body;
  for (int i = 0; i < 69; ++i) body += "  step();\n";
  EXPECT_EQ(caught(sizes_stay_readable, "api/a.cpp", "int f(int x) {\n" + body + "}\n"), 1U);
  EXPECT_EQ(caught(sizes_stay_readable, "api/a.cpp", "class c {\n" + body + "};\n"), 0U);
  EXPECT_EQ(caught(sizes_stay_readable, "api/a.cpp", "namespace n {\n" + body + "}\n"), 0U);
}

TEST(Sizes, CountColumnsAndNotBytes) {
  std::string dashes = "// ";
  for (int i = 0; i < 97; ++i) dashes += "\xE2\x80\x94";
  EXPECT_EQ(caught(sizes_stay_readable, "api/a.cpp", dashes + "\n"), 0U);
  EXPECT_EQ(caught(sizes_stay_readable, "api/a.cpp", dashes + "x\n"), 1U);
}

// Line numbers and lengths of the bodies found in `text`.
std::vector<std::pair<std::size_t, std::size_t>> bodies(const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (const function_body& body : source_file{"api/a.cpp", text}.functions()) {
    found.emplace_back(body.first_line, body.lines);
  }
  return found;
}

TEST(FunctionScanner, SeesTheBodiesOfFunctionsOnly) {
  using list = std::vector<std::pair<std::size_t, std::size_t>>;
  EXPECT_EQ(bodies("namespace a {\nstruct b {\n  int f() const { return 1; }\n};\n}\n"),
            (list{{3, 1}}));
  EXPECT_EQ(bodies("void f() {\n  if (x) {\n  }\n  auto g = [] {\n  };\n}\nvoid h() {\n}\n"),
            (list{{1, 6}, {7, 2}}));
  EXPECT_EQ(bodies("c::c(int x)\n    : a_{x}, b_(x), d_{} {\n  f();\n}\n"), (list{{2, 3}}));
  EXPECT_EQ(bodies("template <class T>\nconcept c = requires(T x) {\n  x.f();\n};\n"), (list{}));
  EXPECT_EQ(bodies("#define M(x) { \\\n  x {\nTEST(A, B) {\n  f(\"}\", '}');  // }\n}\n"),
            (list{{3, 3}}));
  EXPECT_EQ(bodies("void f(int x = int{}, y z = {1}) {\n}\n"), (list{{1, 2}}));
  EXPECT_EQ(bodies("const char* t = R\"({ f() {)\";\nint n = 1'000;\nvoid g() {\n}\n"),
            (list{{3, 2}}));
}

TEST(Opening, CatchesAFileWithoutLicenceOrPurpose) {
  const std::string licence = "// SPDX-License-Identifier: Apache-2.0\n";
  const auto& check = file_opens_with_licence_and_purpose;
  EXPECT_EQ(caught(check, "api/a.hpp", "// What this is about.\n#pragma once\n"), 1U);
  EXPECT_EQ(caught(check, "api/a.hpp", licence + "#pragma once\n"), 1U);
  EXPECT_EQ(caught(check, "api/a.hpp", licence + "//\n"), 1U);
  EXPECT_EQ(caught(check, "api/a.hpp", ""), 1U);
  EXPECT_EQ(caught(check, "api/a.hpp", licence + "// What this is about.\n"), 0U);
  EXPECT_EQ(caught(check, "tests/compile_errors/a.cpp",
                   "// expect: key\n" + licence + "// What this is about.\n"),
            0U);
}

TEST(NamedPlaces, CatchTheWorldElsewhere) {
  const auto& check = world_enters_by_named_places;
  for (const std::string_view call :
       {"std::chrono::steady_clock::now()", "std::chrono::system_clock::now()",
        "std::this_thread::sleep_for(d)", "sleep_until(t)", "usleep(3)", "std::thread t{f};",
        "std::random_device r;", "std::uniform_int_distribution<int> d;", "std::rand()",
        "std::hash<key>{}(k)", "::sigaction(SIGTERM, &a, nullptr)"}) {
    EXPECT_EQ(caught(check, "state/a.cpp", std::string{call} + "\n"), 1U) << call;
    EXPECT_EQ(caught(check, "samples/a.cpp", std::string{call} + "\n"), 0U) << call;
  }
  EXPECT_EQ(caught(check, "tests/api/a_test.cpp", "std::this_thread::sleep_for(d);\n"), 1U);
}

TEST(NamedPlaces, SpareTheNamedPlacesAndWhatOnlyLooksAlike) {
  const auto& check = world_enters_by_named_places;
  EXPECT_EQ(caught(check, "actors/caf_runtime.cpp", "steady_clock::now();\n"), 0U);
  EXPECT_EQ(caught(check, "tests/benchmarks/a_benchmark.cpp", "steady_clock::now();\n"), 0U);
  EXPECT_EQ(caught(check, "state/a.cpp", "operand(1); // rand( and std::thread\n"), 0U);
  EXPECT_EQ(caught(check, "state/a.cpp", "log(\"std::random_device\");\n"), 0U);
  EXPECT_EQ(caught(check, "state/a.cpp", "std::hash_range(1);\n"), 0U);
}

TEST(Catching, IsCaughtElsewhere) {
  const auto& check = exceptions_end_in_named_places;
  EXPECT_EQ(caught(check, "state/a.cpp", "} catch (const std::exception& e) {\n"), 1U);
  EXPECT_EQ(caught(check, "actors/operator_chain.cpp", "} catch (...) {\n"), 0U);
  EXPECT_EQ(caught(check, "state/a.cpp", "catches(x); // catch (\n"), 0U);
}

TEST(FileNames, MustSaySomething) {
  EXPECT_EQ(caught(file_name_says_something, "api/string_util.hpp", ""), 1U);
  EXPECT_EQ(caught(file_name_says_something, "state/base.hpp", ""), 1U);
  EXPECT_EQ(caught(file_name_says_something, "state/memory_manager.hpp", ""), 1U);
  EXPECT_EQ(caught(file_name_says_something, "coordination/job_manager_actor.hpp", ""), 0U);
  EXPECT_EQ(caught(file_name_says_something, "state/database.hpp", ""), 0U);
}

TEST(LeftForLater, IsCaughtInAnyPlace) {
  const std::string mark = std::string{"TO"} + "DO";
  EXPECT_EQ(caught(nothing_is_left_for_later, "api/a.hpp", "// " + mark + "(12): later\n"), 1U);
  EXPECT_EQ(caught(nothing_is_left_for_later, "api/a.hpp", "int " + mark + "S = 1;\n"), 0U);
}

TEST(UserHeaders, AreCaughtReachingALibraryThroughAnotherHeader) {
  std::vector<source_file> tree;
  tree.emplace_back("coordination/run.hpp", "#include \"coordination/cluster.hpp\"\n");
  tree.emplace_back("coordination/cluster.hpp", "#include \"actors/task_actor.hpp\"\n");
  EXPECT_TRUE(user_headers_reach_no_library(tree).empty());
  tree.emplace_back("actors/task_actor.hpp", "#include <caf/all.hpp>\n");
  EXPECT_EQ(user_headers_reach_no_library(tree).size(), 1U);
}

TEST(SourcesWithoutATest, AreCaught) {
  const auto everything_exists = [](std::string_view) { return true; };
  const auto nothing_exists = [](std::string_view) { return false; };
  std::vector<source_file> tree;
  tree.emplace_back("state/timer_queue.cpp", "");
  EXPECT_EQ(every_source_has_a_test(tree, everything_exists).size(), 1U);
  tree.emplace_back("tests/state/timer_queue_test.cpp", "");
  EXPECT_TRUE(every_source_has_a_test(tree, everything_exists).empty());
  tree.emplace_back("coordination/run.cpp", "");
  EXPECT_TRUE(every_source_has_a_test(tree, everything_exists).empty());
  EXPECT_EQ(every_source_has_a_test(tree, nothing_exists).size(), 1U);
}

}  // namespace
}  // namespace weir::tidy
