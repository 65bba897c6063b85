// SPDX-License-Identifier: Apache-2.0
// Finds the word that somebody probably meant. Every place that refuses a name - an option, a
// setting, a job parameter - says which known name is nearest.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir {

// How many single letters must be inserted, removed, replaced or swapped with their neighbour to
// turn one word into the other, not counting case. No letter is touched twice (the "optimal string
// alignment" distance of Damerau and Levenshtein).
std::size_t edit_distance(std::string_view left, std::string_view right);

// The word nearest to `word`, the first of several; none if nothing is near. Near is a change in at
// most every third letter, or else a word of which `word` is a part.
std::optional<std::string_view> nearest_word(std::string_view word,
                                             std::span<const std::string_view> words);

// The end of an error message: "; did you mean 'parallelism.default'?" with quote "'". Empty if no
// word is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> words,
                         std::string_view quote = "");

}  // namespace weir
