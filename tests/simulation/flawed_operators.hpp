// SPDX-License-Identifier: Apache-2.0
// Operators that break one promise each, around the real ones, which know nothing of it. The engine
// is the production one; only what it calls, or what its operators see of the world, is not right.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/file_system.hpp"
#include "api/job_graph.hpp"
#include "api/operator.hpp"
#include "api/source_progress.hpp"
#include "api/state_backend.hpp"

namespace weir {

// Passes everything on.
class operator_around : public stream_operator {
public:
  explicit operator_around(std::unique_ptr<stream_operator> inner) : inner_{std::move(inner)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    inner_->open(context);
  }
  void process(std::uint32_t input, record_batch& batch) override { inner_->process(input, batch); }
  bool advance_to(event_time watermark) override { return inner_->advance_to(watermark); }
  bool on_processing_time(processing_time now) override { return inner_->on_processing_time(now); }
  std::optional<processing_time> next_processing_timer() const override {
    return inner_->next_processing_timer();
  }
  poll_result poll() override { return inner_->poll(); }
  bool finish() override { return inner_->finish(); }
  void snapshot(checkpoint_id checkpoint, state_parts& parts) override {
    inner_->snapshot(checkpoint, parts);
  }
  void on_checkpoint_completed(checkpoint_id checkpoint) override {
    inner_->on_checkpoint_completed(checkpoint);
  }
  void commit() override { inner_->commit(); }
  void close(bool failed) override { inner_->close(failed); }
  bool makes_watermarks() const override { return inner_->makes_watermarks(); }

protected:
  stream_operator& inner() { return *inner_; }

private:
  std::unique_ptr<stream_operator> inner_;
};

// Puts a `Flawed` around every operator of that kind.
template <class Flawed, class... Arguments>
void put_around(job_graph& graph, operator_kind kind, Arguments... arguments) {
  for (auto& node : graph.nodes) {
    if (node.kind != kind) continue;
    node.make_operator = [make = node.make_operator,
                          arguments...]() -> std::unique_ptr<stream_operator> {
      return std::make_unique<Flawed>(make(), arguments...);
    };
  }
}

// --- What a restored operator sees
// -----------------------------------------------------------------

// Shows the parts after `change`; the tables are as they are.
class changed_parts final : public restored_operator {
public:
  using change =
      std::function<std::vector<std::string>(const std::string&, std::vector<std::string>)>;
  changed_parts(const restored_operator& of, change how) : of_{of}, change_{std::move(how)} {}

  checkpoint_id checkpoint() const override { return of_.checkpoint(); }
  std::vector<std::string> parts(const std::string& name) const override {
    return change_(name, of_.parts(name));
  }
  std::unique_ptr<restored_table> table(const std::string& name) const override {
    return of_.table(name);
  }
  std::vector<std::string> table_names() const override { return of_.table_names(); }
  result<std::string> evolved(const std::string& saved, const present_type& now,
                              std::string_view bytes) const override {
    return of_.evolved(saved, now, bytes);
  }

private:
  const restored_operator& of_;
  change change_;
};

class with_changed_parts final : public operator_around {
public:
  with_changed_parts(std::unique_ptr<stream_operator> inner, changed_parts::change how)
      : operator_around{std::move(inner)}, change_{std::move(how)} {}

  void open(operator_context& context) override {
    if (context.restored) {
      seen_ = std::make_unique<changed_parts>(*context.restored, change_);
      context.restored = seen_.get();
    }
    operator_around::open(context);
  }

private:
  changed_parts::change change_;
  std::unique_ptr<changed_parts> seen_;
};

// What was prepared before the failure is not committed again after it.
inline std::vector<std::string> nothing_prepared(const std::string& name,
                                                 std::vector<std::string> parts) {
  return name == "prepared" ? std::vector<std::string>{} : std::move(parts);
}

// Only the splits of the first subtask that there was are read on.
inline std::vector<std::string> first_part_only(const std::string& name,
                                                std::vector<std::string> parts) {
  if (name == source_progress_part && parts.size() > 1) parts.resize(1);
  return parts;
}

// --- Sinks
// -----------------------------------------------------------------------------------------

// Commits what it has prepared at once, instead of when the checkpoint has completed.
class committing_at_the_barrier final : public operator_around {
public:
  using operator_around::operator_around;
  void snapshot(checkpoint_id checkpoint, state_parts& parts) override {
    operator_around::snapshot(checkpoint, parts);
    inner().on_checkpoint_completed(checkpoint);
  }
};

// All attempts write under one name, so that none is told from the one before.
class without_attempt_token final : public operator_around {
public:
  using operator_around::operator_around;
  void open(operator_context& context) override {
    context.attempt_token = "any";
    operator_around::open(context);
  }
};

// Takes what earlier attempts have left unfinished for finished.
class committing_leftovers final : public operator_around {
public:
  using operator_around::operator_around;
  void open(operator_context& context) override {
    static constexpr std::string_view unfinished = ".in-progress";
    const auto names = context.files->list("/out");
    if (context.subtask == subtask_index{0} && context.restored && names) {
      for (const auto& name : *names) {
        if (!name.ends_with(unfinished)) continue;
        const auto path = "/out/" + name;
        static_cast<void>(
            context.files->rename(path, path.substr(0, path.size() - unfinished.size())));
      }
    }
    operator_around::open(context);
  }
};

// --- Sources
// ---------------------------------------------------------------------------------------

// Saves the position before the last batch that it has sent.
class saving_an_early_position final : public operator_around {
public:
  using operator_around::operator_around;
  poll_result poll() override {
    state_parts before;
    operator_around::snapshot({}, before);
    const auto sent = context().counters.records_out;
    const auto polled = operator_around::poll();
    if (context().counters.records_out != sent) before_ = std::move(before);
    return polled;
  }
  void snapshot(checkpoint_id checkpoint, state_parts& parts) override {
    operator_around::snapshot(checkpoint, parts);
    for (const auto& [name, part] : before_) parts[name] = part;
  }

private:
  state_parts before_;
};

// Goes on behind the batch that follows the saved position.
class going_on_too_late final : public operator_around {
public:
  using operator_around::operator_around;
  void open(operator_context& context) override {
    skips_ = context.restored != nullptr;
    operator_around::open(context);
  }
  poll_result poll() override {
    if (!skips_) return operator_around::poll();
    auto ports =
        std::exchange(context().ports, std::vector<output*>(context().ports.size(), &nowhere_));
    const auto sent = context().counters.records_out;
    const auto polled = operator_around::poll();
    skips_ = context().counters.records_out == sent;
    context().ports = std::move(ports);
    return polled;
  }

private:
  class no_output final : public output {
    void emit(record_batch& batch) override { batch.clear(); }
  };
  no_output nowhere_;
  bool skips_ = false;
};

// --- Keyed state
// -----------------------------------------------------------------------------------

// A backend that passes everything on. A flaw overrides what it is about.
class backend_around : public state_backend {
public:
  explicit backend_around(operator_context& of) : restored{of.restored}, inner_{of.state} {}

  page_memory& memory() override { return inner_->memory(); }
  key_group_range key_groups() const override { return inner_->key_groups(); }
  std::uint32_t max_parallelism() const override { return inner_->max_parallelism(); }
  state_table& adopt(std::string name, std::unique_ptr<state_table> table) override {
    return inner_->adopt(std::move(name), std::move(table));
  }
  bool has_table(const std::string& name) const override { return inner_->has_table(name); }
  std::vector<std::string> table_names() const override { return inner_->table_names(); }

protected:
  const restored_operator* restored;  // Only while the operator opens.

private:
  state_backend* inner_;
};

// Keeps the tables of one name to itself: no snapshot has them, and none is restored.
class forgetting_backend final : public backend_around {
public:
  forgetting_backend(operator_context& of, std::string name)
      : backend_around{of}, forgotten_{std::move(name)} {}
  state_table& adopt(std::string name, std::unique_ptr<state_table> table) override {
    if (name != forgotten_) return backend_around::adopt(std::move(name), std::move(table));
    kept_ = std::move(table);
    return *kept_;
  }

private:
  std::string forgotten_;
  std::unique_ptr<state_table> kept_;
};

// Loads all key groups that it is shown, whoever owns them.
class greedy_backend final : public backend_around {
public:
  using backend_around::backend_around;
  key_group_range key_groups() const override { return {0, max_parallelism()}; }
};

// Loads every block twice.
class repeating_backend final : public backend_around {
public:
  using backend_around::backend_around;
  state_table& adopt(std::string name, std::unique_ptr<state_table> table) override {
    auto& adopted = backend_around::adopt(name, std::move(table));
    const auto saved = restored == nullptr ? nullptr : restored->table(name);
    while (saved) {
      const auto block = value_or_fail(saved->next_block());
      if (!block) break;
      value_or_fail(adopted.load(*block));
    }
    return adopted;
  }
};

template <class Backend>
class with_backend final : public operator_around {
public:
  explicit with_backend(std::unique_ptr<stream_operator> inner, std::string forgotten = "")
      : operator_around{std::move(inner)}, forgotten_{std::move(forgotten)} {}
  void open(operator_context& context) override {
    if constexpr (std::is_constructible_v<Backend, operator_context&, std::string>) {
      backend_ = std::make_unique<Backend>(context, forgotten_);
    } else {
      backend_ = std::make_unique<Backend>(context);
    }
    context.state = backend_.get();
    operator_around::open(context);
  }

private:
  std::string forgotten_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace weir
