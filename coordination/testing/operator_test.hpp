// SPDX-License-Identifier: Apache-2.0
// Tests one operator, or a piece of a job, by the same words that a job is written in; time is what
// the test says it is:
//
//   weir::operator_test test{[](weir::stream<payment> payments) {
//     return payments.key_by(&payment::account).process<alert>(fraud_detector{}).uid("fraud");
//   }};
//   test.push({"anna", 42.0}, 3s);
//   test.watermark(10s);
//   test.advance_processing_time(1s);
//   EXPECT_EQ(test.take_output(), (std::vector<alert>{{"anna", 42.0}}));
//   EXPECT_EQ(test.state("fraud", "anna").value<double>("spent"), 42.0);
//   test.restore(test.snapshot(), 4);
//
// 1. What runs is what runs in a job: operators, chains, channels, key groups, state, snapshots.
// All
//    of it in one thread, with a clock that stands still: the same calls have the same results.
// 2. Every call returns when all that follows from it is done.
// 3. Whatever goes wrong - a function throws, a name is unknown - is thrown as operator_test_error,
//    which says what and where. After a failed operator only `restore` helps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/environment.hpp"
#include "coordination/testing/collected_output.hpp"
#include "coordination/testing/operator_test_error.hpp"
#include "coordination/testing/state_of_key.hpp"
#include "coordination/testing/test_bench.hpp"
#include "coordination/testing/test_snapshot.hpp"

namespace weir {

template <class Signature>
struct plain_signature;
template <class Result, class... Args>
struct plain_signature<std::function<Result(Args...)>> {
  using type = std::remove_cvref_t<Result>(std::remove_cvref_t<Args>...);
};
// "stream<alert>(stream<payment>)" of a function, or of an object that is called in one way only.
template <class Definition>
using definition_signature =
    typename plain_signature<decltype(std::function{std::declval<Definition>()})>::type;

// What is tested is defined by a function that is given one stream for each input and answers the
// stream whose records are the output. Deduced from it; nothing else can be named.
template <class Signature>
class operator_test {
  static_assert(std::is_void_v<Signature>,
                "operator_test: the definition must be callable as stream<Out> f(stream<In>...), "
                "with the types of the records written out: "
                "[](weir::stream<payment> payments) { return payments.map(...); }");
};

template <class Out, class... In>
class operator_test<stream<Out>(stream<In>...)> {
public:
  // The records of input number `Input`.
  template <std::size_t Input>
  using input_type = std::tuple_element_t<Input, std::tuple<In...>>;

  // Builds what `define` says and opens it. `watched` are the side outputs that the test will take;
  // every operator that may write to one of them is meant. Throws what is wrong with the job, as
  // `weir::run` would report it, or what was thrown while operators opened.
  template <class Definition, class... Sides>
  explicit operator_test(Definition define, const side_output<Sides>&... watched)
      : operator_test{std::move(define), operator_test_options{}, watched...} {}
  template <class Definition, class... Sides>
  operator_test(Definition define, const operator_test_options& options,
                const side_output<Sides>&... watched) {
    std::tuple<stream<In>...> inputs{add_input<In>()...};  // From left to right.
    output_ = collect_output<Out>(std::apply(std::move(define), std::move(inputs)).ends());
    (watch(watched), ...);
    if (auto valid = env_.check(job_options_of(options)); !valid) {
      throw operator_test_error{valid.failure()};
    }
    bench_ = std::make_unique<test_bench>(env_.graph(), options);
    value_or_throw("open operators", bench_->start());
  }
  operator_test(const operator_test&) = delete;
  operator_test& operator=(const operator_test&) = delete;

  // --- What goes in. Times of events count from 1970-01-01T00:00:00Z.

  // A record that happened at `time`, which may be behind the watermark.
  template <std::size_t Input = 0>
  void push(input_type<Input> record, event_time time) {
    batch_of<input_type<Input>> batch;
    batch.push(std::move(record), time);
    push_batch<Input>(batch);
  }
  template <std::size_t Input = 0>
  void push(input_type<Input> record, duration time) {
    push<Input>(std::move(record), event_time{time});
  }
  // A record that happens now, by processing time.
  template <std::size_t Input = 0>
  void push(input_type<Input> record) {
    push<Input>(std::move(record), event_time_of(processing_time()));
  }
  // Several records that arrive together, at one subtask of what comes first.
  template <std::size_t Input = 0>
  void push_together(std::vector<timed_record<input_type<Input>>> records) {
    batch_of<input_type<Input>> batch;
    for (auto& each : records) batch.push(std::move(each.value), each.time);
    push_batch<Input>(batch);
  }

  // Event time has come to `to` at all inputs, or at one of them: `test.watermark<1>(10s)`. Going
  // back is an error.
  void watermark(event_time to) {
    for (std::uint32_t i = 0; i < sizeof...(In); ++i) {
      value_or_throw("watermark", bench_->watermark(i, to));
    }
  }
  void watermark(duration to) { watermark(event_time{to}); }
  template <std::size_t Input>
  void watermark(event_time to) {
    static_assert(Input < sizeof...(In), "watermark: there is no input of that number");
    value_or_throw("watermark", bench_->watermark(Input, to));
  }
  template <std::size_t Input>
  void watermark(duration to) {
    watermark<Input>(event_time{to});
  }

  // Processing time, at first 1970-01-01T00:00:00Z, goes on by `by`. Timers on the way go off one
  // after the other, each at its time.
  void advance_processing_time(duration by) {
    value_or_throw("advance processing time", bench_->advance(by));
  }
  weir::processing_time processing_time() const { return bench_->now(); }

  // The inputs end: event time comes to its end, functions hear of it by their `finish`. Nothing
  // can follow but `restore`.
  void finish() { value_or_throw("finish", bench_->finish()); }

  // --- What comes out

  // The output since it was taken last. Of one subtask in the order of emitting.
  std::vector<Out> take_output() { return values_of(*output_); }
  std::vector<timed_record<Out>> take_timed_output() { return std::exchange(output_->records, {}); }
  // The same of a side output that was named when the test was made.
  template <class T>
  std::vector<T> take_side_output(const side_output<T>& tag) {
    return values_of(side(tag));
  }
  template <class T>
  std::vector<timed_record<T>> take_timed_side_output(const side_output<T>& tag) {
    return std::exchange(side(tag).records, {});
  }
  // How far event time has come behind the operators.
  event_time output_watermark() const { return output_->watermark; }
  // Records that were too late, or that error policies have let go.
  test_counts counts() const { return bench_->counts(); }

  // --- What is remembered

  // Of one key, in the operator with that uid, else of that name. The key is of the very type that
  // `key_by` has made: test.state<std::int64_t>("fraud", 7).
  template <class Key>
  state_of_key<Key> state(const std::string& operator_uid, Key key) {
    return {*bench_, operator_uid, std::move(key)};
  }
  state_of_key<std::string> state(const std::string& operator_uid, const char* key) {
    return {*bench_, operator_uid, key};
  }

  // A savepoint of everything between the inputs and the output.
  test_snapshot snapshot() { return value_or_throw("snapshot", bench_->snapshot()); }
  // All operators are made anew and go on from `from`, as after a failure; with `parallelism`
  // subtasks of each that does not say its own, if given. `from` may be of another test: what is
  // tested may have changed meanwhile, as a job may. Event time is what it was at the snapshot.
  // What came out and was not taken stays.
  void restore(const test_snapshot& from) {
    value_or_throw("restore", bench_->restore(from, std::nullopt));
  }
  void restore(const test_snapshot& from, std::uint32_t parallelism) {
    value_or_throw("restore", bench_->restore(from, parallelism));
  }

private:
  template <class T>
  stream<T> add_input() {
    // The bench stands in for it: it is never made.
    auto node = node_of<T>("input-" + std::to_string(env_.graph().nodes.size()), {},
                           [] { return nullptr; });
    node.kind = operator_kind::source;
    node.chain = chaining::never;
    return stream<T>{loose_ends{env_.graph(), {env_.graph().add(std::move(node))}}};
  }

  template <class T>
  void watch(const side_output<T>& tag) {
    auto collected = std::make_shared<collected_output<T>>();
    std::vector<stream<T>> found;
    for (std::uint32_t i = 0; i < env_.graph().nodes.size(); ++i) {
      const auto& ports = env_.graph().nodes[i].side_outputs;
      if (!ports || (!ports->accepts_more && ports->find(tag.name()) == nullptr)) continue;
      const loose_ends main{env_.graph(), {{i}}};
      found.emplace_back(main.side_output(tag.name(), element_type_of<T>()));
    }
    if (found.empty()) {
      throw operator_test_error{
          {error_code::plan_error,
           "operator test: side output \"" + tag.name() +
               "\": no operator writes to it; process functions have side outputs, and windows "
               "with .late_output(...)"}};
    }
    for (std::size_t i = 1; i < found.size(); ++i) found[0] = found[0].union_with(found[i]);
    sides_[tag.name()] = {typeid(T), collect_output<T>(found[0].ends())};
  }

  template <class T>
  collected_output<T>& side(const side_output<T>& tag) {
    const auto found = sides_.find(tag.name());
    if (found != sides_.end() && found->second.type == typeid(T)) {
      return *static_cast<collected_output<T>*>(found->second.collected.get());
    }
    throw operator_test_error{
        {error_code::invalid_argument,
         "side output \"" + tag.name() + "\" of " + type_name(typeid(T)) +
             " is not watched; name it when the test is made: weir::operator_test test{define, "
             "tag}"}};
  }

  template <std::size_t Input>
  void push_batch(batch_of<input_type<Input>>& batch) {
    value_or_throw("push", bench_->push(Input, batch));
  }

  template <class T>
  static std::vector<T> values_of(collected_output<T>& of) {
    std::vector<T> values;
    for (auto& each : std::exchange(of.records, {})) values.push_back(std::move(each.value));
    return values;
  }

  struct watched_side {
    std::type_index type = typeid(void);
    std::shared_ptr<void> collected;
  };

  environment env_{"operator test"};
  std::shared_ptr<collected_output<Out>> output_;
  std::map<std::string, watched_side> sides_;
  std::unique_ptr<test_bench> bench_;
};

template <class Definition, class... Sides>
operator_test(Definition, const side_output<Sides>&...)
    -> operator_test<definition_signature<Definition>>;
template <class Definition, class... Sides>
operator_test(Definition, operator_test_options, const side_output<Sides>&...)
    -> operator_test<definition_signature<Definition>>;

}  // namespace weir
