// SPDX-License-Identifier: Apache-2.0
// Whoever stands between a job manager and a listener passes everything on. A listener that keeps
// an event to itself is found out here.
#include "coordination/forwarding_listener.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "coordination/cluster/job_reporter.hpp"
#include "coordination/outcome_listener.hpp"
#include "coordination/simulation/protocol_invariants.hpp"
#include "coordination/simulation/simulated_cluster.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

using event_names = std::set<std::string>;

const event_names all_events{"on_state",     "on_progress", "on_tasks",  "on_checkpoint",
                             "on_savepoint", "on_restored", "on_warning"};

// Remembers which events it was told.
class hearing_listener final : public job_listener {
public:
  void on_state(job_state, const std::optional<error>&, processing_time) override {
    heard.insert("on_state");
  }
  void on_progress(const job_totals&, processing_time) override { heard.insert("on_progress"); }
  void on_tasks(const std::vector<listed_task>&) override { heard.insert("on_tasks"); }
  void on_checkpoint(const checkpoint_commands::report&, processing_time) override {
    heard.insert("on_checkpoint");
  }
  void on_savepoint(const savepoint_outcome&, processing_time) override {
    heard.insert("on_savepoint");
  }
  void on_restored(checkpoint_id, const restored_bytes&, processing_time) override {
    heard.insert("on_restored");
  }
  void on_warning(const error&, processing_time) override { heard.insert("on_warning"); }

  event_names heard;
};

// What does not arrive at `last` of all that `first`, which is before it, is told.
event_names kept_events(job_listener& first, const hearing_listener& last) {
  const error cause{error_code::internal, "it fell"};
  const processing_time now{std::chrono::seconds{5}};
  checkpoint_commands::report failed;
  failed.cause = cause;
  first.on_state(job_state::running, {}, now);
  first.on_tasks({{.name = "read (1/1)", .state = "running"}});
  first.on_progress({}, now);
  first.on_checkpoint(failed, now);
  first.on_savepoint({.path = "/s/1", .cause = {}}, now);
  first.on_restored({7}, {}, now);
  first.on_warning(cause, now);
  event_names kept;
  std::set_difference(all_events.begin(), all_events.end(), last.heard.begin(), last.heard.end(),
                      std::inserter(kept, kept.end()));
  return kept;
}

class ForwardingListener : public ::testing::Test {
protected:
  hearing_listener last_;
};

TEST_F(ForwardingListener, PassesEverythingOn) {
  forwarding_listener between{&last_};
  EXPECT_EQ(kept_events(between, last_), event_names{});
  forwarding_listener nobody_behind{nullptr};
  EXPECT_EQ(kept_events(nobody_behind, hearing_listener{}), all_events);
}

TEST_F(ForwardingListener, DoesSoWhateverIsDoneWithIt) {
  outcome_listener outcome{&last_};
  EXPECT_EQ(kept_events(outcome, last_), event_names{});
  last_.heard.clear();
  job_reporter reporter{last_, [](const full_report&) {}};
  EXPECT_EQ(kept_events(reporter, last_), event_names{});
  last_.heard.clear();
  const simulated_file_system disk;
  protocol_invariants invariants{last_, disk};
  EXPECT_EQ(kept_events(invariants, last_), event_names{});
}

// A job of a simulated world has one between its job manager and whoever listens, too.
TEST_F(ForwardingListener, TellsOfTasksInSimulations) {
  sink_results results;
  const auto job = keyed_sum_job(1000, results);
  job_options options;
  options.parallelism = 2;
  simulated_cluster cluster{job.graph(), options, {.seed = 1, .listener = &last_}};
  EXPECT_TRUE(cluster.run().job.ok());
  EXPECT_TRUE(last_.heard.contains("on_tasks"));
}

// As one was, when a job manager began to tell of its tasks.
class forgetful_listener final : public job_listener {
public:
  explicit forgetful_listener(job_listener& next) : next_{&next} {}
  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override {
    next_->on_state(state, cause, now);
  }
  void on_progress(const job_totals& totals, processing_time now) override {
    next_->on_progress(totals, now);
  }
  void on_checkpoint(const checkpoint_commands::report& report, processing_time now) override {
    next_->on_checkpoint(report, now);
  }
  void on_savepoint(const savepoint_outcome& outcome, processing_time now) override {
    next_->on_savepoint(outcome, now);
  }
  void on_restored(checkpoint_id checkpoint, const restored_bytes& read,
                   processing_time now) override {
    next_->on_restored(checkpoint, read, now);
  }
  void on_warning(const error& what, processing_time now) override { next_->on_warning(what, now); }

private:
  job_listener* next_;
};

TEST_F(ForwardingListener, IsNeededByThoseWhoForgetAnEvent) {
  forgetful_listener between{last_};
  EXPECT_EQ(kept_events(between, last_), event_names{"on_tasks"});
}

// An event that is added to the contract is added here, and so passed on.
TEST_F(ForwardingListener, IsTestedWithAllEventsThatThereAre) {
  std::ifstream contract{std::string{WEIR_REPOSITORY_ROOT} + "/coordination/job_listener.hpp"};
  const std::string start = "  virtual void ";
  event_names declared;
  for (std::string line; std::getline(contract, line);) {
    if (!line.starts_with(start)) continue;
    declared.insert(line.substr(start.size(), line.find('(') - start.size()));
  }
  EXPECT_EQ(declared, all_events);
}

}  // namespace
}  // namespace weir
