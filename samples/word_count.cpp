// SPDX-License-Identifier: Apache-2.0
// Counts the words of a text.
//
//   word_count                        the words of Hamlet's soliloquy
//   word_count -P input=book.txt      those of another text
//   word_count --help                 what else can be said, such as -p 4 for four subtasks
//
// A text that never ends would be counted in windows of time instead: window(tumbling(5s)).
#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

#include "api/environment.hpp"
#include "connectors/lines_source.hpp"
#include "connectors/print_sink.hpp"
#include "coordination/run.hpp"

namespace {

// The words of a line in lower case; an apostrophe or a hyphen belongs to its word.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words{""};
  for (const char c : line) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalpha(letter) != 0 || c == '\'' || c == '-') {
      words.back().push_back(static_cast<char>(std::tolower(letter)));
    } else {
      words.emplace_back();
    }
  }
  std::erase(words, "");
  return words;
}

using counted_word = weir::window_result<std::string, std::uint64_t>;

std::string to_line(const counted_word& counted) {
  return counted.key + ": " + std::to_string(counted.value);
}

}  // namespace

int main(int argc, char** argv) {
  return weir::run(argc, argv, "word_count", [](weir::environment& env) {
    env.from(weir::lines_of(env.parameter("input", "samples/data/hamlet.txt")))
        .flat_map(words_of)
        .key_by([](const std::string& word) { return word; })
        .window(weir::global_window())
        .aggregate(weir::count())
        .map(to_line)
        .sink(weir::print());
  });
}
