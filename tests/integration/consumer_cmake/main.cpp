// SPDX-License-Identifier: Apache-2.0
// A job as a user writes it, against the installed headers: counts the words of book.txt.

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include <weir/api/environment.hpp>
#include <weir/connectors/lines_source.hpp>
#include <weir/connectors/print_sink.hpp>
#include <weir/coordination/run.hpp>

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in{line};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

int main(int argc, char** argv) {
  return weir::run(argc, argv, "word_count", [](weir::environment& env) {
    env.from(weir::lines_of("book.txt"))
        .flat_map(words_of)
        .key_by([](const std::string& word) { return word; })
        .window(weir::tumbling(std::chrono::seconds(5)))
        .aggregate(weir::count())
        .sink(weir::print());
  });
}
