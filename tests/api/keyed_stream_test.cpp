// SPDX-License-Identifier: Apache-2.0
// The words of a keyed stream: partitioned by key, with state, with a uid where one is needed.
#include "api/keyed_stream.hpp"

#include <string>

#include <gtest/gtest.h>

#include "api/text.hpp"
#include "tests/support/graph_reading.hpp"

namespace weir {
namespace {

struct trade {
  std::string symbol;
  int amount = 0;
};
struct quote {
  std::string symbol;
  double price = 0;
};

class KeyedStream : public testing::Test {
protected:
  auto trades() { return env_.from(described_source<trade>{"trades"}).key_by(&trade::symbol); }
  const graph_node& node(std::string_view name) const { return node_named(env_.graph(), name); }
  std::type_index output_of(std::string_view name) const {
    return node(name).output_types.front().type();
  }

  environment env_{"test"};
};

TEST_F(KeyedStream, SendsEqualKeysToOneSubtask) {
  trades().sum(&trade::amount).sink(described_sink{});
  EXPECT_EQ(edges_of(env_.graph()), "trades -hash-> sum, sum -> sink");
  batch_of<trade> batch;
  for (const char* symbol : {"a", "b", "a"}) batch.push(trade{symbol, 1}, event_time{});
  std::vector<std::uint64_t> hashes(3);
  env_.graph().edges.front().keys->hash(batch, hashes);
  EXPECT_EQ(hashes,
            (std::vector<std::uint64_t>{hash_key(std::string{"a"}), hash_key(std::string{"b"}),
                                        hash_key(std::string{"a"})}));
}

TEST_F(KeyedStream, RollsOverTheRecordsOfAKey) {
  trades().reduce([](const trade& a, const trade&) { return a; }).sink(described_sink{});
  trades().sum(&trade::amount).sink(described_sink{});
  trades().min(&trade::amount).sink(described_sink{});
  trades().max(&trade::amount).sink(described_sink{});
  trades().min_by(&trade::amount).sink(described_sink{});
  trades().max_by(&trade::amount).sink(described_sink{});
  EXPECT_EQ(output_of("reduce"), typeid(trade));
  EXPECT_EQ(output_of("sum"), typeid(keyed<std::string, std::int64_t>));
  EXPECT_EQ(output_of("min"), typeid(keyed<std::string, int>));
  EXPECT_EQ(output_of("max"), typeid(keyed<std::string, int>));
  EXPECT_EQ(output_of("min_by"), typeid(trade));
  EXPECT_EQ(output_of("max_by"), typeid(trade));
  EXPECT_EQ(refusal(env_), "");
  for (const char* name : {"reduce", "sum", "min", "max", "min_by", "max_by"}) {
    EXPECT_TRUE(node(name).keeps_state);
    EXPECT_FALSE(node(name).needs_uid);
    EXPECT_NE(node(name).make_operator(), nullptr);
  }
}

using context = keyed_process_context<std::string, int>;

struct with_state {
  void open(keyed_state<std::string>&) {}
  void process(const trade&, context&) {}
};
struct with_timers {
  void process(const trade&, context&) {}
  void on_timer(event_time, context&) {}
};

TEST_F(KeyedStream, NeedsAUidForStateUnderNamesOfItsOwn) {
  trades().process<int>(with_state{}).name("fraud").sink(described_sink{});
  EXPECT_EQ(refusal(env_),
            "plan job \"test\": operator \"fraud\" keeps state under a name only your code knows: "
            "give it an address that survives changes: .uid(\"fraud\")");
}

TEST_F(KeyedStream, KnowsWhatAProcessFunctionRemembers) {
  trades().process<int>(with_state{}).name("state").uid("state").sink(described_sink{});
  trades().process<int>(with_timers{}).name("timers").sink(described_sink{});
  trades().process<int>([](const trade&, context&) {}).name("nothing").sink(described_sink{});
  EXPECT_TRUE(node("state").keeps_state);
  EXPECT_TRUE(node("timers").keeps_state);
  EXPECT_FALSE(node("timers").needs_uid);
  EXPECT_FALSE(node("nothing").keeps_state);
  EXPECT_EQ(refusal(env_), "");
}

struct match {
  using context = keyed_process_context<std::string, double>;
  void on_left(const trade&, context&) {}
  void on_right(const quote&, context&) {}
};

TEST_F(KeyedStream, ConnectsWithAnotherOfTheSameKey) {
  const auto quotes = env_.from(described_source<quote>{"quotes"});
  trades()
      .connect(quotes.key_by([](const quote& q) { return q.symbol; }))
      .process<double>(match{})
      .sink(described_sink{});
  EXPECT_EQ(edges_of(env_.graph()),
            "trades -hash-> co_process, quotes -hash-> co_process:1, co_process -> sink");
  EXPECT_EQ(refusal(env_), "");
  EXPECT_NE(node("co_process").make_operator(), nullptr);
}

TEST(Keyed, HasNamedFields) {
  using pair = keyed<std::string, int>;
  EXPECT_EQ(to_text(pair{"a", 1}), "{key: a, value: 1}");
  EXPECT_EQ(csv_header<pair>(), "key,value");
}

}  // namespace
}  // namespace weir
