// SPDX-License-Identifier: Apache-2.0
// Edit distance over three rows of the usual table; see coordination/suggestion.hpp.
#include "coordination/suggestion.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "coordination/lower_case.hpp"

namespace weir {

namespace {

// Shorter words are a part of too many others to mean one of them.
constexpr std::size_t shortest_telling_part = 4;

std::size_t length_difference(std::string_view one, std::string_view other) {
  return std::max(one.size(), other.size()) - std::min(one.size(), other.size());
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  const std::string a = lower_case(left);
  const std::string b = lower_case(right);
  std::vector<std::size_t> before_previous(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_previous[j - 2] + 1);
      }
    }
    before_previous.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

std::optional<std::string_view> nearest_word(std::string_view word,
                                             std::span<const std::string_view> words) {
  std::optional<std::string_view> nearest;
  std::size_t nearest_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : words) {
    const std::size_t far = std::min(nearest_distance, word.size());
    // A word is at least as far as it is longer or shorter; a file's longest line would else be
    // compared with everything, letter by letter.
    if (length_difference(word, candidate) >= far) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < far) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  if (nearest || word.size() < shortest_telling_part) return nearest;
  const std::string part = lower_case(word);
  const auto whole = std::find_if(words.begin(), words.end(), [&](std::string_view candidate) {
    return lower_case(candidate).find(part) != std::string::npos;
  });
  if (whole != words.end()) nearest = *whole;
  return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words,
                         std::string_view quote) {
  const auto nearest = nearest_word(word, words);
  if (!nearest) return {};
  std::string question = "; did you mean ";
  question.append(quote).append(*nearest).append(quote).append("?");
  return question;
}

}  // namespace weir
