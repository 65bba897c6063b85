// SPDX-License-Identifier: Apache-2.0
// State without a key: what a list, a union list and a broadcast map are after a restore, with the
// same parallelism and with another, and what is said about parts that are not what they should be.
#include "api/operator_state.hpp"

#include <algorithm>
#include <deque>
#include <string>

#include <gtest/gtest.h>

#include "api/operators/co_process.hpp"
#include "api/operators/keyed_broadcast_process.hpp"
#include "api/operators/process.hpp"
#include "tests/api/parcel.pb.h"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

// Keeps numbers and emits them when it is told 0.
struct keeper {
  bool is_union = false;
  operator_list<int> kept;

  void open(operator_state& state) {
    kept = is_union ? state.union_list<int>("kept") : state.list<int>("kept");
  }
  void process(const int& x, process_context<int>& here) {
    if (x > 0) return kept.add(x);
    for (const int each : kept.get()) here.emit(each);
    if (x < 0) kept.clear();
  }
};

template <class F>
typename operator_harness<int, int>::factory maker_of(F function) {
  return [=] { return std::make_unique<process_operator<int, int, F>>(function, nullptr); };
}

// The subtasks of one operator.
template <class Harness>
struct subtasks {
  typename Harness::factory make;
  std::deque<saved_operator> checkpoints;
  std::deque<std::unique_ptr<Harness>> all;

  subtasks(typename Harness::factory maker, std::uint32_t count) : make{std::move(maker)} {
    start(count);
  }
  void start(std::uint32_t count) {
    all.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      all.push_back(std::make_unique<Harness>(make, subtask_index{i}, count));
    }
  }
  void rescale(std::uint32_t count) {
    auto& checkpoint = checkpoints.emplace_back();
    for (auto& each : all) each->save_to(checkpoint);
    start(count);
    for (auto& each : all) each->restore_from(checkpoint);
  }
};

using keepers = subtasks<operator_harness<int, int>>;

std::vector<std::vector<int>> kept_by(keepers& of) {
  std::vector<std::vector<int>> kept;
  for (auto& each : of.all) {
    each->push(0, at(0));
    kept.push_back(each->values());
  }
  return kept;
}

using lists = std::vector<std::vector<int>>;

TEST(OperatorState, GivesAListBackToItsSubtaskBetweenAnyTwoBatches) {
  keepers of{maker_of(keeper{}), 2};
  lists expected(2);
  for (int x = 1; x <= 20; ++x) {
    const auto i = static_cast<std::size_t>(x * x % 3 % 2);
    of.all[i]->push(x, at(x));
    expected[i].push_back(x);
    of.rescale(2);
    ASSERT_EQ(kept_by(of), expected);
  }
  of.all[0]->push(-1, at(0));
  of.all[0]->take();
  of.rescale(2);
  EXPECT_EQ(kept_by(of), (lists{{}, expected[1]}));
}

TEST(OperatorState, DealsAListOutOneByOneToAnotherNumberOfSubtasks) {
  keepers of{maker_of(keeper{}), 1};
  for (int x = 1; x <= 8; ++x) of.all[0]->push(x, at(x));
  of.rescale(3);
  EXPECT_EQ(kept_by(of), (lists{{1, 4, 7}, {2, 5, 8}, {3, 6}}));
  of.all[2]->push(9, at(9));
  of.rescale(2);
  EXPECT_EQ(kept_by(of), (lists{{1, 7, 5, 3, 9}, {4, 2, 8, 6}}));
}

TEST(OperatorState, GivesEverySubtaskAllOfAUnionList) {
  keepers of{maker_of(keeper{true, {}}), 1};
  of.all[0]->push(1, at(1));
  of.rescale(3);
  EXPECT_EQ(kept_by(of), (lists{{1}, {1}, {1}}));
  for (int i = 0; i < 3; ++i) {
    auto& each = *of.all[static_cast<std::size_t>(i)];
    each.push(-1, at(0));
    each.take();
    each.push(10 + i, at(0));
  }
  of.rescale(2);
  EXPECT_EQ(kept_by(of), (lists{{10, 11, 12}, {10, 11, 12}}));
}

struct opens_twice {
  void open(operator_state& state) {
    state.list<int>("rules");
    state.broadcast_map<int, std::string>("rules");
  }
  void process(const int&, process_context<int>&) {}
};

std::string failure_of(const std::function<void()>& step) {
  try {
    step();
  } catch (const task_failure& failure) {
    return failure.cause().message;
  }
  return "";
}

TEST(OperatorState, RefusesOneNameForTwoStates) {
  operator_harness<int, int> harness{maker_of(opens_twice{})};
  EXPECT_EQ(failure_of([&] { harness.open(); }),
            "state \"rules\" is opened twice, as list<int> and as broadcast_map<int, " +
                type_name(typeid(std::string)) +
                ">; give each state of an operator a name of its own");
}

std::string failure_of_restoring(std::string part) {
  saved_operator checkpoint;
  checkpoint.add({}, {{"state/kept", std::move(part)}});
  operator_harness<int, int> harness{maker_of(keeper{})};
  return failure_of([&] { harness.restore_from(checkpoint); });
}

TEST(OperatorState, SaysWhatItWasWhenItsTypeHasChanged) {
  std::string part;
  codec<std::string>::encode("vector<string>", part);
  EXPECT_EQ(failure_of_restoring(part),
            "state \"kept\" was saved as vector<string> but is now vector<i32>: []: string cannot "
            "become i32; give it its former type back, or another name, with which it starts "
            "empty");
}

TEST(OperatorState, ConvertsElementsWhoseTypeHasChanged) {
  saved_operator checkpoint;
  for (const std::int8_t each : {std::int8_t{1}, std::int8_t{2}}) {
    std::string part;
    codec<std::string>::encode("vector<i8>", part);
    codec<std::vector<std::int8_t>>::encode({each, 5}, part);
    checkpoint.add({}, {{"state/kept", std::move(part)}});
  }
  operator_harness<int, int> harness{maker_of(keeper{})};
  harness.restore_from(checkpoint);
  harness.push(0, at(0));
  EXPECT_EQ(harness.values(), (std::vector<int>{1, 5, 2, 5}));
}

// Keeps the parcels it is told of, and emits their numbers when it is told 0.
struct parcel_keeper {
  operator_list<parcels::Parcel> kept;
  void open(operator_state& state) { kept = state.list<parcels::Parcel>("kept"); }
  void process(const int& x, process_context<int>& here) {
    if (x == 0) {
      for (const auto& each : kept.get()) here.emit(static_cast<int>(each.number()));
      return;
    }
    parcels::Parcel parcel;
    parcel.set_number(static_cast<std::uint64_t>(x));
    kept.add(parcel);
  }
};

TEST(OperatorState, TakesMessagesOfOneNameAsTheyAreWhateverTheirDescriptors) {
  for (const std::string descriptors : {"", ":CAE="}) {
    parcels::Parcel parcel;
    parcel.set_number(7);
    std::string part;
    codec<std::string>::encode("vector<protobuf{parcels.Parcel" + descriptors + "}>", part);
    codec<std::vector<parcels::Parcel>>::encode({parcel}, part);
    saved_operator checkpoint;
    checkpoint.add({}, {{"state/kept", std::move(part)}});
    operator_harness<int, int> harness{maker_of(parcel_keeper{})};
    harness.restore_from(checkpoint);
    harness.push(5, at(0));
    harness.push(0, at(0));
    EXPECT_EQ(harness.values(), (std::vector<int>{7, 5}));
    saved_operator next;
    harness.save_to(next);
    operator_harness<int, int> other{maker_of(keeper{})};
    EXPECT_EQ(
        failure_of([&] { other.restore_from(next); }),
        "state \"kept\" was saved as vector<protobuf{parcels.Parcel}> but is now vector<i32>: "
        "[]: protobuf{parcels.Parcel} cannot become i32; give it its former type back, or "
        "another name, with which it starts empty");
  }
}

TEST(OperatorState, SaysWhatIsWrongWithADamagedPart) {
  std::string part;
  codec<std::string>::encode("vector<i32>", part);
  codec<std::vector<int>>::encode({1, 2}, part);
  EXPECT_EQ(failure_of_restoring(part), "");
  EXPECT_EQ(failure_of_restoring(part + "x"),
            "restore state \"kept\": 1 bytes too many; the checkpoint is damaged, restore an older "
            "one");
  for (std::size_t length = 0; length < part.size(); ++length) {
    EXPECT_TRUE(failure_of_restoring(part.substr(0, length))
                    .starts_with("restore state \"kept\": decode "));
  }
}

// --- Broadcast

struct rule {
  int key = 0;
  std::string text;
};

// Says the rule for a number; the rule "" takes one away.
template <class Left>
struct ruled {
  broadcast_map<int, std::string> rules;

  void open(operator_state& state) { rules = state.broadcast_map<int, std::string>("rules"); }
  void on_left(const int& x, Left& here) { here.emit(rules.get(x).value_or("none")); }
  void on_right(const rule& r, broadcast_context<std::string>& here) {
    if (r.text.empty()) {
      here.write(rules).erase(r.key);
    } else {
      here.write(rules).set(r.key, r.text);
    }
  }
};

// The same with a count for each key, which the broadcast side must not touch.
struct ruled_keys : ruled<keyed_process_context<int, std::string>> {
  value_state<int> seen;

  void open(operator_state& state) { ruled::open(state); }
  void open(keyed_state<int>& state) { seen = state.value<int>("seen"); }
  void on_left(const int& x, keyed_process_context<int, std::string>& here) {
    here.emit(rules.get(x).value_or("none") + std::to_string(++seen.value()));
  }
  void on_right(const rule& r, broadcast_context<std::string>& here) {
    if (r.key < 0) seen.set(0);
    ruled::on_right(r, here);
  }
};

using ruled_harness = operator_harness<int, std::string>;
void tell(ruled_harness& to, rule told) {
  batch_of<rule> batch;
  batch.push(std::move(told), at(0));
  to.push_to(1, batch);
}

std::string answer_of(ruled_harness& of, int x) {
  of.push(x, at(0));
  return of.values().at(0);
}

TEST(BroadcastState, IsWhatEverySubtaskWasToldAlsoWithAnotherParallelism) {
  using function = ruled<process_context<std::string>>;
  subtasks<ruled_harness> of{
      [] {
        return std::make_unique<
            co_process_operator<int, rule, std::string, function, broadcast_context<std::string>>>(
            function{}, nullptr);
      },
      1};
  const auto tell_all = [&](const rule& told) {
    for (auto& each : of.all) tell(*each, told);
  };
  tell_all({1, "a"});
  tell_all({2, "b"});
  for (const std::uint32_t parallelism : {3U, 2U, 2U}) {
    of.rescale(parallelism);
    for (auto& each : of.all) {
      EXPECT_EQ(answer_of(*each, 1), "a");
      EXPECT_EQ(answer_of(*each, 2), "b");
      EXPECT_EQ(answer_of(*each, 3), "none");
    }
  }
  tell_all({1, ""});
  of.rescale(1);
  EXPECT_EQ(answer_of(*of.all[0], 1), "none");
}

TEST(BroadcastState, StandsBesideTheStateOfKeys) {
  const auto key_of = [](int x) { return x; };
  ruled_harness harness{[=] {
    return std::make_unique<keyed_broadcast_process_operator<int, int, decltype(key_of), rule,
                                                             std::string, ruled_keys>>(
        key_of, ruled_keys{}, nullptr);
  }};
  tell(harness, {1, "a"});
  EXPECT_EQ(answer_of(harness, 1), "a1");
  harness.snapshot_and_restore();
  EXPECT_EQ(answer_of(harness, 1), "a2");
  EXPECT_EQ(answer_of(harness, 2), "none1");
  EXPECT_EQ(failure_of([&] {
              tell(harness, {-1, "b"});
            }),
            "state \"seen\" was used outside the handling of a record or a timer, where there is "
            "no key it could speak of");
}

}  // namespace
}  // namespace weir
