// SPDX-License-Identifier: Apache-2.0
// docs/style.md, executable: every rule over every source of the tree. tests/tidy/tables.hpp holds
// the exceptions, tests/tidy/rules_test.cpp proves that each rule can fail.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/tidy/rules.hpp"
#include "tests/tidy/source_file.hpp"

namespace weir::tidy {
namespace {

const std::filesystem::path root{WEIR_REPOSITORY_ROOT};

const std::vector<source_file>& tree() {
  static const std::vector<source_file> sources = read_sources(
      root,
      {"api", "state", "network", "actors", "coordination", "connectors", "samples", "tests"});
  return sources;
}

bool exists_in_tree(std::string_view path) { return std::filesystem::is_regular_file(root / path); }

void expect_none(const violations& found) {
  std::string all;
  for (const std::string& violation : found) all += "\n  " + violation;
  EXPECT_TRUE(found.empty()) << found.size() << " violations:" << all;
}

void expect_of_every_file(violations (*rule)(const source_file&)) {
  violations all;
  for (const source_file& file : tree()) {
    const violations found = rule(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  expect_none(all);
}

TEST(Tidy, ReadsTheTree) { EXPECT_GT(tree().size(), 5U); }

TEST(Tidy, IncludesPointDown) { expect_of_every_file(includes_point_down); }

TEST(Tidy, OwnHeaderComesFirst) { expect_of_every_file(own_header_comes_first); }

TEST(Tidy, LibrariesStayBehindTheirDoors) {
  expect_of_every_file(libraries_stay_behind_their_doors);
}

TEST(Tidy, SizesStayReadable) { expect_of_every_file(sizes_stay_readable); }

TEST(Tidy, FilesOpenWithLicenceAndPurpose) {
  expect_of_every_file(file_opens_with_licence_and_purpose);
}

TEST(Tidy, TheWorldEntersByNamedPlaces) { expect_of_every_file(world_enters_by_named_places); }

TEST(Tidy, ExceptionsEndInNamedPlaces) { expect_of_every_file(exceptions_end_in_named_places); }

TEST(Tidy, FileNamesSaySomething) { expect_of_every_file(file_name_says_something); }

TEST(Tidy, NothingIsLeftForLater) { expect_of_every_file(nothing_is_left_for_later); }

TEST(Tidy, UserHeadersReachNoLibrary) { expect_none(user_headers_reach_no_library(tree())); }

TEST(Tidy, EverySourceHasATest) { expect_none(every_source_has_a_test(tree(), exists_in_tree)); }

}  // namespace
}  // namespace weir::tidy
