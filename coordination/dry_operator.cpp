// SPDX-License-Identifier: Apache-2.0
// The place of an operator, made of what does nothing; see coordination/dry_operator.hpp.
#include "coordination/dry_operator.hpp"

#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include "api/operator.hpp"
#include "api/operator_state.hpp"
#include "state/schema_evolution.hpp"

namespace weir {

namespace {

class dropping_output final : public output {
public:
  void emit(record_batch&) override {}
};

class ignoring_watermarks final : public watermark_output {
public:
  void emit_watermark(event_time) override {}
  void emit_idle(bool) override {}
};

// Shows a checkpoint and takes down which operator state was asked for.
class watched_operator final : public restored_operator {
public:
  explicit watched_operator(const restored_operator& of) : of_{of} {}

  checkpoint_id checkpoint() const override { return of_.checkpoint(); }
  std::vector<std::string> parts(const std::string& name) const override {
    auto found = of_.parts(name);
    if (name.starts_with(operator_state_prefix)) {
      asked_.push_back({name.substr(operator_state_prefix.size()), !found.empty(), {}});
    }
    return found;
  }
  std::unique_ptr<restored_table> table(const std::string& name) const override {
    return of_.table(name);
  }
  std::vector<std::string> table_names() const override { return of_.table_names(); }
  // Is called for the parts that were asked for last.
  result<std::string> evolved(const std::string& saved, const present_type& now,
                              std::string_view bytes) const override {
    if (const auto plan = plan_evolution(saved, now); plan && !asked_.empty()) {
      asked_.back().changes = plan->changes;
    }
    return of_.evolved(saved, now, bytes);
  }

  const std::vector<dry_outcome::part>& asked() const { return asked_; }

private:
  const restored_operator& of_;
  mutable std::vector<dry_outcome::part> asked_;
};

// Opens and closes it. The one place here where what an operator throws is caught.
status open_and_close(const graph_node& node, operator_context& context) {
  try {
    const auto work = node.make_operator();
    work->open(context);
    return {};
  } catch (const task_failure& failure) {
    return failure.cause();
  } catch (const std::exception& thrown) {
    return error{error_code::user_function, std::string{"threw: "} + thrown.what()};
  } catch (...) {
    return error{error_code::user_function, "threw something that is not a std::exception"};
  }
}

}  // namespace

dry_outcome open_dry(const graph_node& node, const dry_place& place,
                     const restored_operator* restored) {
  dropping_output nowhere;
  ignoring_watermarks nobody;
  std::unique_ptr<watched_operator> watched;
  if (restored != nullptr) watched = std::make_unique<watched_operator>(*restored);
  operator_context context;
  context.name = node.name;
  context.id = place.id;
  context.subtask = place.subtask;
  context.parallelism = place.parallelism;
  context.max_parallelism = place.max_parallelism;
  context.watermarks = &nobody;
  context.on_error = node.on_error;
  context.dead_letter_port = node.dead_letter_port;
  context.restored = watched.get();
  context.ports.assign(node.output_types.size(), &nowhere);
  checking_backend backend{context.key_groups(), place.max_parallelism, restored};
  context.state = &backend;

  dry_outcome made;
  made.opened = open_and_close(node, context);
  made.tables = backend.outcomes();
  if (made.opened) made.left_tables = backend.not_restored();
  if (watched) made.parts = watched->asked();
  return made;
}

}  // namespace weir
