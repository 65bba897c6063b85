// SPDX-License-Identifier: Apache-2.0
// The rules of docs/style.md that a machine can check. Each takes sources and answers with what is
// wrong, one "path:line: sentence" each; an empty answer means that the rule is kept.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/tidy/source_file.hpp"

namespace weir::tidy {

using violations = std::vector<std::string>;

// Of one file.
violations includes_point_down(const source_file& file);
violations own_header_comes_first(const source_file& file);
violations libraries_stay_behind_their_doors(const source_file& file);
violations sizes_stay_readable(const source_file& file);
violations file_opens_with_licence_and_purpose(const source_file& file);
violations world_enters_by_named_places(const source_file& file);
violations exceptions_end_in_named_places(const source_file& file);
violations file_name_says_something(const source_file& file);
violations nothing_is_left_for_later(const source_file& file);

// Of the whole tree.
violations user_headers_reach_no_library(const std::vector<source_file>& tree);

// `exists` tells whether a path from the root is a file: coverage may name scripts.
violations every_source_has_a_test(const std::vector<source_file>& tree,
                                   bool (*exists)(std::string_view path));

}  // namespace weir::tidy
