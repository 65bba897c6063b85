// SPDX-License-Identifier: Apache-2.0
// What a job says about input, output and plans that are wrong: the whole message, whichever way
// the job is run.
#include <gtest/gtest.h>

#include "connectors/collection_source.hpp"
#include "connectors/csv_source.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "connectors/json_lines_source.hpp"
#include "connectors/lines_source.hpp"
#include "tests/support/job_runner.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct price {
  std::string symbol;
  double amount = 0;
  std::int32_t pieces = 0;
};
WEIR_FIELDS(price, symbol, amount, pieces)

const std::string long_text(10 * 1024 * 1024, 'x');

// Some of the ways: what is wrong is found by the same code in all of them.
std::vector<way_to_run> some_ways() {
  std::vector<way_to_run> ways{on_threads(1), on_threads(4), on_threads(4, false)};
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) ways.push_back(simulated(seed));
  return ways;
}

// The job that reads `content` with `read(path)` fails with "<path>: <expected>".
template <class Read>
void expect_refusal(const std::string& content, const std::string& expected, Read read) {
  in_each_of(some_ways(), [&](job_run& run) {
    run.write("input", content);
    const auto path = run.path_of("input");
    run.env().from(read(path)).name("read").parallelism(1).sink(discard());
    EXPECT_EQ(failure_of(run), "operator read: " + path + ": " + expected);
  });
}

TEST(BadInput, OfCsvIsRefusedWithItsLineAndColumn) {
  const auto csv = [](const std::string& path) { return csv_of<price>(path); };
  const std::string header = "symbol,amount,pieces\n";
  const std::string fix = "; fix the row or choose .on_malformed(...)";
  expect_refusal(header + "A,1,2\nB,3\n", "line 3: 2 columns where the header has 3" + fix, csv);
  expect_refusal(header + "A,1,2,3\n", "line 2: 4 columns where the header has 3" + fix, csv);
  expect_refusal(header + "A,1x,2\n", "line 2: column amount: '1x' is not a number" + fix, csv);
  expect_refusal(header + "A,1,2.5\n", "line 2: column pieces: '2.5' is not an integer" + fix, csv);
  expect_refusal(
      header + "A,1,3000000000\n",
      "line 2: column pieces: '3000000000' is out of range: -2147483648 to 2147483647" + fix, csv);
  expect_refusal(header + "A,,1\n",
                 "line 2: column amount: the cell is empty, and only a std::optional field may "
                 "have no value" +
                     fix,
                 csv);
  expect_refusal(header + "A,1,2\n\xC3(,1,2\n",
                 "line 3: byte 0 of the line (0xC3) is not UTF-8; convert the file to UTF-8, or "
                 "choose .bytes() where the format has it",
                 csv);
  expect_refusal(header + "\"A,1,2\nB,1,2\n",
                 "line 2: column symbol: a quote is not closed on its line; close it, or choose "
                 ".multiline_quotes() if cells contain line breaks",
                 csv);
  expect_refusal(header + "A\"B,1,2\n",
                 "line 2: column symbol: a quote in the middle of the cell; put the whole cell in "
                 "quotes and write each quote inside it twice" +
                     fix,
                 csv);
  expect_refusal(header + "A,1,2\n" + long_text + ",1,2\n",
                 "line 3: longer than 1 MiB; raise max_line", csv);
  expect_refusal("",
                 "the file is empty, not even a header line; write one, or choose "
                 ".without_header()",
                 csv);
  expect_refusal("symbol,amuont,pieces\nA,1,2\n",
                 "line 1: the header has no column amount; did you mean amuont? Name the column "
                 "after the field of the record, or the other way round",
                 csv);
}

TEST(BadInput, OfJsonIsRefusedWithItsLineAndField) {
  const auto json = [](const std::string& path) { return json_lines_of<price>(path); };
  const std::string good = "{\"symbol\": \"A\", \"amount\": 1, \"pieces\": 2}\n";
  const std::string fix = "; fix the row or choose .on_malformed(...)";
  expect_refusal(good + "{\"symbol\": \"A\", \"amount\": \"x\", \"pieces\": 2}\n",
                 "line 2: field amount: 'x' is not a number" + fix, json);
  expect_refusal(good + "\xFF\n",
                 "line 2: byte 0 of the line (0xFF) is not UTF-8; convert the file to UTF-8, or "
                 "choose .bytes() where the format has it",
                 json);
  expect_refusal(good + "{\"symbol\": \"" + long_text + "\"}\n",
                 "line 2: longer than 1 MiB; raise max_line", json);
  expect_refusal(good + "{\"symbol\": \"A\", \"pieces\": 2}\n",
                 "line 2: field amount: is missing, and only a std::optional field may be" + fix,
                 json);
  expect_refusal(good + "{\"symbol\": \"A\n",
                 "line 2: the line is not valid JSON (A string is opened, but never closed.)" + fix,
                 json);
  expect_refusal(good + "[1, 2]\n", "line 2: the line is JSON, but not an object in braces" + fix,
                 json);
}

TEST(BadInput, OfLinesIsRefusedWithItsLine) {
  const auto lines = [](const std::string& path) { return lines_of(path); };
  expect_refusal("good\n" + long_text, "line 2: longer than 1 MiB; raise max_line", lines);
  expect_refusal("good\nbad \xE9t\xE9\n",
                 "line 2: byte 4 of the line (0xE9) is not UTF-8; convert the file to UTF-8, or "
                 "choose .bytes() where the format has it",
                 lines);
}

TEST(BadInput, IsFoundInTheMiddleOfALargeFile) {
  std::string rows = "symbol,amount,pieces\n";
  for (int i = 2; i <= 60'000; ++i) rows += i == 45'678 ? "A,1,many\n" : "A,1,1\n";
  in_each_of(some_ways(), [&](job_run& run) {
    run.write("input", rows);
    const auto path = run.path_of("input");
    run.env().from(csv_of<price>(path)).name("read").sink(discard());
    const auto message = failure_of(run);
    EXPECT_TRUE(message.starts_with("operator read")) << message;
    EXPECT_TRUE(message.ends_with(": " + path +
                                  ": line 45678: column pieces: 'many' is not an integer; fix the "
                                  "row or choose .on_malformed(...)"))
        << message;
  });
}

// Why a job that reads lines at `name` and writes them to `out` fails.
void expect_failure_of_copy(const std::string& name, const std::string& out,
                            const std::function<std::string(job_run&)>& expected) {
  in_each_of(some_ways(), [&](job_run& run) {
    run.write("folder/input", "a line\n");
    run.env()
        .from(lines_of(run.path_of(name)))
        .sink(file_sink(run.path_of(out)))
        .name("write")
        .parallelism(1);
    EXPECT_EQ(failure_of(run), expected(run));
  });
}

TEST(BadInput, IsAFileThatIsNotThere) {
  expect_failure_of_copy("missing", "out", [](job_run& run) {
    const auto path = run.path_of("missing");
    return "discover splits: lines_of(" + path + "): look at " + path + ": " +
           (run.way().simulation ? "no such" : "No such") +
           " file or directory; name an existing file or directory";
  });
}

TEST(BadInput, IsAnOutputThatIsADirectory) {
  expect_failure_of_copy("folder/input", "folder", [](job_run& run) {
    const auto path = run.path_of("folder");
    return "operator write: file_sink(" + path + "): write " + path +
           ": it is a directory; name a file in it";
  });
}

TEST(BadInput, IsADirectoryWithoutAFile) {
  in_each_of(some_ways(), [](job_run& run) {
    run.write("folder/_hidden", "");
    const auto path = run.path_of("folder");
    run.env().from(lines_of(path)).sink(discard());
    EXPECT_EQ(failure_of(run),
              "discover splits: lines_of(" + path + "): " + path +
                  ": the directory has no file to read (names that begin with '.' or '_' or end in "
                  ".in-progress are passed over); put files into it or name another");
  });
}

TEST(BadInput, IsAGeneratorWithoutARate) {
  in_each_of(some_ways(), [](job_run& run) {
    run.env().from(generator(10, [](std::uint64_t i) { return i; }).at_rate(0)).sink(discard());
    EXPECT_EQ(failure_of(run),
              "discover splits: generator: at_rate(0.000000): a rate is a number of records per "
              "second greater than 0");
  });
}

// The message of a job with a wrong plan, without "plan job "job": ".
template <class Define>
void expect_bad_plan(const std::string& expected, Define define, job_options options = {}) {
  environment env{"job"};
  define(env);
  for (const auto& outcome :
       {run_locally(env.graph(), options), run_simulated(env.graph(), options, {.seed = 1}).job}) {
    ASSERT_TRUE(outcome.cause.has_value());
    EXPECT_EQ(to_string(outcome.state), "failed");
    EXPECT_EQ(outcome.cause->message, "plan job \"job\": " + expected);
  }
}

stream<int> numbers(environment& env) { return env.from(collection({1, 2, 3})); }

struct remembering {
  value_state<int> last;
  void open(keyed_state<int>& state) { last = state.value<int>("last"); }
  void process(int, keyed_process_context<int, int>&) {}
};
int itself(int number) { return number; }

TEST(BadPlan, HasNoSourceOrNoSink) {
  expect_bad_plan("there is no source; start a stream with env.from(...)", [](environment&) {});
  expect_bad_plan(
      "source \"collection\": nothing consumes its records; end the stream with .sink(...)",
      [](environment& env) { numbers(env); });
}

TEST(BadPlan, HasStateWithoutAnAddress) {
  expect_bad_plan(
      "operator \"memory\" keeps state under a name only your code knows: give it an address that "
      "survives changes: .uid(\"memory\")",
      [](environment& env) {
        numbers(env).key_by(itself).process<int>(remembering{}).name("memory").sink(discard());
      });
}

TEST(BadPlan, HasOneAddressForTwo) {
  expect_bad_plan(
      "uid \"x\" is given to both operator \"process\" and operator \"sum\"; a uid is the address "
      "of one operator",
      [](environment& env) {
        numbers(env).key_by(itself).process<int>(remembering{}).uid("x").sink(discard());
        numbers(env).key_by(itself).sum(itself).uid("x").sink(discard());
      });
}

TEST(BadPlan, HasNoOrTooManySubtasks) {
  const auto define = [](environment& env) { numbers(env).sink(discard()); };
  expect_bad_plan("parallelism 0: must be between 1 and 1024 (pipeline.max-parallelism)", define,
                  {.parallelism = 0});
  expect_bad_plan("parallelism 1025: must be between 1 and 1024 (pipeline.max-parallelism)", define,
                  {.parallelism = 1025});
  expect_bad_plan(
      "sink \"discard\": parallelism 9: must be between 1 and 8 (pipeline.max-parallelism)",
      [](environment& env) { numbers(env).sink(discard()).parallelism(9); },
      {.parallelism = 2, .max_parallelism = 8});
  expect_bad_plan(
      "operator \"window\": parallelism 2: it sees all records and can have at most 1; key the "
      "stream to spread it",
      [](environment& env) {
        numbers(env).window_all(tumbling(1s)).aggregate(count()).parallelism(2).sink(discard());
      });
}

TEST(BadPlan, ForwardsBetweenDifferentParallelism) {
  expect_bad_plan(
      "\"collection\" -> \"discard\": forward() needs equal parallelism, here it is 2 and 3; use "
      "rebalance() or rescale()",
      [](environment& env) {
        numbers(env).parallelism(2).forward().sink(discard()).parallelism(3);
      });
}

TEST(BadPlan, HasAWindowOfSizeZero) {
  expect_bad_plan(
      "operator \"window\": a window of size 0s: the size must be positive", [](environment& env) {
        numbers(env).key_by(itself).window(tumbling(0s)).aggregate(count()).sink(discard());
      });
  expect_bad_plan(
      "operator \"window\": a session window with a gap of -1s: the gap must be positive",
      [](environment& env) {
        numbers(env).window_all(session(-1s)).aggregate(count()).sink(discard());
      });
}

TEST(BadPlan, HasAnImpossibleWatermarkStrategy) {
  expect_bad_plan(
      "source \"collection\": bounded_out_of_orderness(-5s): the bound must not be negative",
      [](environment& env) {
        env.from(collection({1, 2, 3}), bounded_out_of_orderness(-5s)).sink(discard());
      });
}

TEST(BadPlan, ReadsASideOutputThatIsNotThere) {
  expect_bad_plan(
      "operator \"map\": side_output(\"odd\"): it has no side outputs; process functions have "
      "them, and windows with .late_output(...)",
      [](environment& env) {
        const side_output<int> odd{"odd"};
        numbers(env).map(itself).side_output(odd).sink(discard());
      });
}

TEST(BadPlan, HasAParameterThatCannotBeRead) {
  environment env{"job", {{"count", "many"}}};
  const auto count = env.parameter<std::uint16_t>("count", 5);
  env.from(generator(count, [](std::uint64_t i) { return i; })).sink(discard());
  const auto checked = env.check({});
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.failure().message,
            "job parameter count: 'many' is not an integer between 0 and 65535; set it with "
            "-P count=...");
}

}  // namespace
}  // namespace weir
