// SPDX-License-Identifier: Apache-2.0
// The words of windows: what they emit, what they do with late records, what they refuse.
#include "api/windowed_stream.hpp"

#include <span>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/graph_reading.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct trade {
  std::string symbol;
  int amount = 0;
  friend bool operator==(const trade&, const trade&) = default;
};

class WindowedStream : public testing::Test {
protected:
  stream<trade> trades() { return env_.from(described_source<trade>{"trades"}); }
  template <class Assigner>
  auto windows(Assigner assigner) {
    return trades().key_by(&trade::symbol).window(assigner);
  }
  const graph_node& node() const { return node_named(env_.graph(), "window"); }

  // Runs the window over trades of "a" worth 1, 2 and 4 in the first ten seconds, 8 in the next.
  template <class Out>
  std::vector<timed<Out>> run() {
    operator_harness<trade, Out> harness{node().make_operator()};
    harness.push({{{"a", 1}, at(1)}, {{"a", 2}, at(2)}, {{"a", 4}, at(9)}, {{"a", 8}, at(10)}});
    harness.finish();
    return harness.take();
  }

  environment env_{"test"};
};

constexpr window first{event_time{0s}, event_time{10s}};
constexpr window second{event_time{10s}, event_time{20s}};

TEST_F(WindowedStream, EmitsTheAggregateOfEachKeyAndWindow) {
  windows(tumbling(10s)).aggregate(sum(&trade::amount)).sink(described_sink{});
  EXPECT_EQ(edges_of(env_.graph()), "trades -hash-> window, window -> sink");
  EXPECT_TRUE(node().keeps_state);
  EXPECT_EQ(refusal(env_), "");
  using out = window_result<std::string, std::int64_t>;
  EXPECT_EQ(run<out>(), (std::vector<timed<out>>{{{"a", first, 7}, first.last()},
                                                 {{"a", second, 8}, second.last()}}));
}

TEST_F(WindowedStream, HandsTheAggregateToAFunction) {
  windows(tumbling(10s))
      .aggregate<std::string>(
          count(),
          [](const std::string& key, const window& in, const std::uint64_t& n,
             collector<std::string>& out) {
            out.emit(key + " " + std::to_string(n) + " until " + to_string(in.end));
          })
      .sink(described_sink{});
  EXPECT_EQ(run<std::string>(), (std::vector<timed<std::string>>{
                                    {"a 3 until 1970-01-01T00:00:10Z", first.last()},
                                    {"a 1 until 1970-01-01T00:00:20Z", second.last()},
                                }));
}

trade larger(const trade& a, const trade& b) { return a.amount < b.amount ? b : a; }

TEST_F(WindowedStream, ReducesTheRecordsOfAWindow) {
  windows(tumbling(10s)).reduce(&larger).sink(described_sink{});
  using out = window_result<std::string, trade>;
  EXPECT_EQ(run<out>(), (std::vector<timed<out>>{{{"a", first, {"a", 4}}, first.last()},
                                                 {{"a", second, {"a", 8}}, second.last()}}));
}

TEST_F(WindowedStream, HandsTheReducedRecordToAFunction) {
  windows(tumbling(10s))
      .reduce<int>(&larger, [](const std::string&, const window&, const trade& t,
                               collector<int>& out) { out.emit(t.amount); })
      .sink(described_sink{});
  EXPECT_EQ(run<int>(), (std::vector<timed<int>>{{4, first.last()}, {8, second.last()}}));
}

TEST_F(WindowedStream, HandsAllRecordsOfAWindowToAFunction) {
  windows(tumbling(10s))
      .process<std::size_t>([](const std::string&, const window&, std::span<const trade> all,
                               collector<std::size_t>& out) { out.emit(all.size()); })
      .sink(described_sink{});
  EXPECT_EQ(run<std::size_t>(),
            (std::vector<timed<std::size_t>>{{3, first.last()}, {1, second.last()}}));
}

TEST_F(WindowedStream, PutsAllRecordsTogetherWithoutAKey) {
  trades().window_all(tumbling(10s)).aggregate(count()).sink(described_sink{});
  EXPECT_EQ(edges_of(env_.graph()), "trades -global-> window, window -> sink");
  EXPECT_EQ(node().parallelism_limit, 1U);
  using out = window_result<no_key, std::uint64_t>;
  EXPECT_EQ(run<out>(), (std::vector<timed<out>>{{{{}, first, 3}, first.last()},
                                                 {{{}, second, 1}, second.last()}}));
}

TEST_F(WindowedStream, SendsWhatIsTooLateToTheSideOutput) {
  const side_output<trade> late{"late"};
  const auto sums = windows(tumbling(10s)).late_output(late).aggregate(sum(&trade::amount));
  sums.sink(described_sink{});
  sums.side_output(late).sink(described_sink{"late trades"});
  EXPECT_EQ(edges_of(env_.graph()),
            "trades -hash-> window, window -> sink, window:1 -> late trades");
  EXPECT_EQ(refusal(env_), "");

  operator_harness<trade, window_result<std::string, std::int64_t>> harness{node().make_operator()};
  auto& late_port = harness.add_port<trade>();
  harness.push({"a", 1}, at(1));
  harness.watermark(at(10));
  harness.push({"a", 2}, at(2));
  EXPECT_EQ(late_port.records, (std::vector<timed<trade>>{{{"a", 2}, at(2)}}));
}

TEST_F(WindowedStream, TakesLateRecordsInForAsLongAsAllowed) {
  windows(tumbling(10s)).allowed_lateness(5s).aggregate(sum(&trade::amount)).sink(described_sink{});
  operator_harness<trade, window_result<std::string, std::int64_t>> harness{node().make_operator()};
  harness.push({"a", 1}, at(1));
  harness.watermark(at(10));
  harness.push({"a", 2}, at(2));
  const auto results = harness.values();
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results.back().value, 3);
}

TEST_F(WindowedStream, HasNoOtherSideOutputThanTheLateOne) {
  const auto sums =
      windows(tumbling(10s)).late_output(side_output<trade>{"late"}).aggregate(sum(&trade::amount));
  sums.side_output(side_output<trade>{"later"}).sink(described_sink{});
  EXPECT_EQ(refusal(env_),
            "plan job \"test\": operator \"window\": side_output(\"later\"): it has no side output "
            "of that name");
}

TEST_F(WindowedStream, ReportsWhatIsWrongWithItsWindows) {
  windows(tumbling(0s)).aggregate(count()).name("hourly").sink(described_sink{});
  EXPECT_TRUE(
      refusal(env_).starts_with("plan job \"test\": operator \"hourly\": a window of size 0"));
}

TEST_F(WindowedStream, ReportsANegativeLateness) {
  windows(tumbling(1s)).allowed_lateness(-1s).aggregate(count()).sink(described_sink{});
  EXPECT_TRUE(refusal(env_).starts_with("plan job \"test\": operator \"window\": "));
}

}  // namespace
}  // namespace weir
