// SPDX-License-Identifier: Apache-2.0
// An operator that is opened to look, and what it throws.
#include "coordination/dry_operator.hpp"

#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "api/batch_codec.hpp"
#include "api/operator.hpp"
#include "api/record_batch.hpp"

namespace weir {
namespace {

enum class habit { emits, fails, throws, throws_anything };

class opening_operator final : public stream_operator {
public:
  opening_operator(habit of, bool& was_destroyed) : of_{of}, was_destroyed_{was_destroyed} {}
  ~opening_operator() override { was_destroyed_ = true; }

  void open(operator_context& context) override {
    stream_operator::open(context);
    if (of_ == habit::fails) throw task_failure{{error_code::io_failure, "no disk"}};
    if (of_ == habit::throws) throw std::runtime_error{"no luck"};
    if (of_ == habit::throws_anything) throw 7;
    batch_of<int> batch;
    batch.push(1, event_time{});
    emit(batch);
    emit(batch, 1);
    context.watermarks->emit_watermark(event_time{});
    context.watermarks->emit_idle(true);
  }
  void process(std::uint32_t, record_batch&) override {}

private:
  habit of_;
  bool& was_destroyed_;
};

dry_outcome opened(habit of) {
  bool was_destroyed = false;
  graph_node node;
  node.name = "opening";
  node.output_types = {element_type_of<int>(), element_type_of<int>()};
  node.make_operator = [&, of] { return std::make_unique<opening_operator>(of, was_destroyed); };
  auto outcome = open_dry(node, {}, nullptr);
  EXPECT_TRUE(was_destroyed);
  return outcome;
}

TEST(DryOperator, EmitsIntoNothing) { EXPECT_TRUE(opened(habit::emits).opened.ok()); }

TEST(DryOperator, TellsWhatItThrew) {
  EXPECT_EQ(opened(habit::fails).opened.failure(), (error{error_code::io_failure, "no disk"}));
  EXPECT_EQ(opened(habit::throws).opened.failure().message, "threw: no luck");
  EXPECT_EQ(opened(habit::throws_anything).opened.failure().message,
            "threw something that is not a std::exception");
}

}  // namespace
}  // namespace weir
