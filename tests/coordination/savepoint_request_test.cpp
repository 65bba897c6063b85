// SPDX-License-Identifier: Apache-2.0
// What the coordinator makes of requests for savepoints, as tables of what happens.
#include "coordination/savepoint_request.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "coordination/checkpoint_coordinator.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

processing_time at(std::int64_t seconds) { return processing_time{std::chrono::seconds{seconds}}; }

std::string text_of(const std::vector<task_index>& tasks) {
  std::string text;
  for (const auto task : tasks) text += " " + std::to_string(task.value);
  return text;
}

std::string text_of(const checkpoint_command& command) {
  namespace commands = checkpoint_commands;
  struct {
    std::string operator()(const commands::trigger& order) {
      return (order.stops ? "stop at " : "trigger ") + std::to_string(order.id.value) + " in" +
             text_of(order.to);
    }
    std::string operator()(const commands::resume& order) {
      return "resume" + text_of(order.to) + " behind " + std::to_string(order.id.value);
    }
    std::string operator()(const commands::end_input& order) { return "drain" + text_of(order.to); }
    std::string operator()(const commands::write_manifest& order) {
      return (order.savepoint ? "copy to " + order.savepoint->directory : std::string{"write"});
    }
    std::string operator()(const commands::announce_completed& order) {
      return std::string{order.is_final ? "final "
                         : order.stops  ? "last "
                                        : "done "} +
             std::to_string(order.id.value);
    }
    std::string operator()(const commands::savepoint_ended& fact) {
      return fact.request.directory + ": " + (fact.cause ? fact.cause->message : "complete");
    }
    std::string operator()(const commands::discard& order) {
      return "discard " + std::to_string(order.id.value);
    }
    std::string operator()(const commands::fail_job&) { return "fail the job"; }
    std::string operator()(const commands::report&) { return ""; }
  } writer;
  return std::visit(writer, command);
}

// Two tasks, of which task 0 is the source: "save here", "stop here", "drain here", "ack 5", ...
class two_tasks {
public:
  std::string tell(const std::string& event) {
    std::istringstream in{event};
    std::string what;
    std::string word;
    in >> what >> word;
    std::string text;
    for (const auto& each : tell(what, word)) {
      const auto more = text_of(each);
      if (!more.empty()) text += (text.empty() ? "" : ", ") + more;
    }
    return text;
  }
  checkpoint_coordinator& checkpoints() { return checkpoints_; }

private:
  checkpoint_coordinator::commands tell(const std::string& what, const std::string& word) {
    const auto request = [&](after_savepoint then) {
      return checkpoints_.request_savepoint({word, then}, now_);
    };
    if (what == "save") return request(after_savepoint::go_on);
    if (what == "stop") return request(after_savepoint::stop);
    if (what == "drain") return request(after_savepoint::drain_and_stop);
    const auto number = word.empty() ? 0 : std::stoull(word);
    if (what == "start") {
      attempt_.value += 1;
      checkpoints_.on_attempt_started(attempt_, {{0}}, now_);
      return {};
    }
    if (what == "end") return checkpoints_.on_attempt_ended();
    if (what == "tick") return checkpoints_.on_tick(now_ = at(static_cast<std::int64_t>(number)));
    if (what == "ack") {
      static_cast<void>(checkpoints_.on_acknowledged(attempt_, {number}, {0}, {}));
      return checkpoints_.on_acknowledged(attempt_, {number}, {1}, {});
    }
    if (what == "declined") {
      return checkpoints_.on_declined(attempt_, {number}, {0}, {error_code::io_failure, "full"});
    }
    if (what == "drained") {
      return checkpoints_.on_task_drained(attempt_, {static_cast<std::uint32_t>(number)});
    }
    if (what == "final") return checkpoints_.request_final(now_);
    if (what == "written") return checkpoints_.on_completed({number}, now_);
    const error no_rename{error_code::io_failure, "no rename"};
    if (what == "half-written") return checkpoints_.on_completed({number}, now_, no_rename);
    if (what == "unwritten") return checkpoints_.on_not_completed({number}, no_rename);
    ADD_FAILURE() << "no such event: " << what;
    return {};
  }

  checkpoint_coordinator checkpoints_{
      {.interval = 10s, .timeout = 60s, .min_pause = 5s, .tolerable_failed = 1, .retained = 1},
      2,
      {4}};
  attempt_number attempt_;
  processing_time now_;
};

struct story_line {
  std::string event;
  std::string commands;
};

void expect_story(const std::vector<story_line>& story) {
  two_tasks job;
  for (const auto& line : story) {
    EXPECT_EQ(job.tell(line.event), line.commands) << "after " << line.event;
  }
}

TEST(SavepointRequest, IsACheckpointAtOnceThatMovesTheNextOne) {
  expect_story({{"start", ""},
                {"tick 3", ""},
                {"save s", "trigger 5 in 0"},
                {"ack 5", "copy to s"},
                {"written 5", "done 5, s: complete"},
                {"tick 12", ""},
                {"tick 13", "trigger 6 in 0"},
                {"ack 6", "write"},
                {"written 6", "done 6, discard 5"}});
}

TEST(SavepointRequest, WaitsForTheCheckpointThatIsUnderWayAndNotForThePause) {
  expect_story({{"start", ""},
                {"tick 10", "trigger 5 in 0"},
                {"save s", ""},
                {"save t", ""},
                {"ack 5", "write"},
                {"written 5", "done 5"},
                {"tick 10", "trigger 6 in 0"},
                {"ack 6", "copy to s"},
                {"written 6", "done 6, discard 5, s: complete"},
                {"tick 10", "trigger 7 in 0"},
                {"ack 7", "copy to t"}});
}

TEST(SavepointRequest, IsRefusedWhenNothingCanComeOfIt) {
  expect_story({{"save s", "s: the job does not run at the moment; try again when it does"},
                {"start", ""},
                {"stop s", "stop at 5 in 0"},
                {"stop t", "t: the job is being stopped with a savepoint already"},
                {"drain t", "t: the job is being stopped with a savepoint already"},
                {"ack 5", "copy to s"},
                {"written 5", "last 5, s: complete"},
                {"save t", "t: the job is being stopped with a savepoint already"}});
}

// The job fails before its output is committed, and restarts only for that.
TEST(SavepointRequest, IsRefusedForGoodOnceOneHasStoppedTheJob) {
  const std::string refused = "t: the job is being stopped with a savepoint already";
  expect_story({{"start", ""},
                {"stop s", "stop at 5 in 0"},
                {"ack 5", "copy to s"},
                {"written 5", "last 5, s: complete"},
                {"end", ""},
                {"stop t", refused},
                {"drain t", refused},
                {"save t", refused}});
}

TEST(SavepointRequest, IsRefusedAfterTheFinalCheckpoint) {
  expect_story({{"start", ""},
                {"final", "trigger 5 in 0"},
                {"ack 5", "write"},
                {"written 5", "final 5"},
                {"stop s", "s: the job is ending"}});
}

TEST(SavepointRequest, DoesNotCountAmongTheFailedCheckpoints) {
  std::vector<story_line> story{{"start", ""}};
  for (std::uint64_t id = 5; id < 10; ++id) {
    const auto number = std::to_string(id);
    story.push_back({"save s", "trigger " + number + " in 0"});
    story.push_back(
        {"declined " + number, "discard " + number + ", s: checkpoint " + number + ": full"});
  }
  expect_story(story);
}

TEST(SavepointRequest, EndsWithTheAttempt) {
  expect_story({{"start", ""},
                {"save s", "trigger 5 in 0"},
                {"stop t", ""},
                {"end", "discard 5, s: checkpoint 5: attempt 1 has ended, t: attempt 1 has ended"},
                {"start", ""},
                {"tick 10", "trigger 6 in 0"}});
}

TEST(SavepointRequest, StopsTheJobOnceItIsComplete) {
  expect_story({{"start", ""},
                {"stop s", "stop at 5 in 0"},
                {"save t", "t: the job is being stopped with a savepoint already"},
                {"ack 5", "copy to s"},
                {"written 5", "last 5, s: complete"},
                {"tick 100", ""},
                {"final", ""},
                {"end", ""}});
}

TEST(SavepointRequest, HasTheSourcesReadOnIfItFails) {
  expect_story({{"start", ""},
                {"stop s", "stop at 5 in 0"},
                {"declined 5", "discard 5, resume 0 behind 5, s: checkpoint 5: full"},
                {"stop s", "stop at 6 in 0"},
                {"tick 60",
                 "discard 6, resume 0 behind 6, s: checkpoint 6: 2 of 2 tasks have not "
                 "acknowledged it within 1m (execution.checkpointing.timeout), "
                 "trigger 7 in 0"},
                {"stop s", ""},
                {"ack 7", "write"},
                {"written 7", "done 7"},
                {"tick 60", "stop at 8 in 0"},
                {"ack 8", "copy to s"},
                {"unwritten 8", "discard 8, resume 0 behind 8, s: checkpoint 8: no rename"}});
}

TEST(SavepointRequest, HasTheSourcesReadOnIfOnlyTheCopyFails) {
  expect_story({{"start", ""},
                {"stop s", "stop at 5 in 0"},
                {"ack 5", "copy to s"},
                {"half-written 5", "done 5, resume 0 behind 5, s: no rename"},
                {"tick 10", "trigger 6 in 0"}});
}

TEST(SavepointRequest, IsTheFinalCheckpointIfItDrains) {
  expect_story({{"start", ""},
                {"drain s", "drain 0"},
                {"tick 10", "trigger 5 in 0"},
                {"ack 5", "write"},
                {"written 5", "done 5"},
                {"drained 0", ""},
                {"drained 1", ""},
                {"final", "trigger 6 in 0 1"},
                {"ack 6", "copy to s"},
                {"written 6", "final 6, discard 5, s: complete"}});
}

TEST(SavepointRequest, IsTriedAgainUntilTheJobFailsIfItDrains) {
  expect_story({{"start", ""},
                {"drain s", "drain 0"},
                {"drained 0", ""},
                {"drained 1", ""},
                {"final", "trigger 5 in 0 1"},
                {"ack 5", "copy to s"},
                {"unwritten 5", "discard 5"},
                {"tick 9", ""},
                {"tick 10", "trigger 6 in 0 1"},
                {"ack 6", "copy to s"},
                {"unwritten 6", "discard 6, fail the job"},
                {"end", "s: attempt 1 has ended"}});
}

TEST(SavepointRequest, IsServedByTheFinalCheckpointWhenTheInputEndsByItself) {
  expect_story({{"start", ""},
                {"tick 10", "trigger 5 in 0"},
                {"save s", ""},
                {"stop t", ""},
                {"final", ""},
                {"ack 5", "write"},
                {"written 5", "done 5"},
                {"tick 10", "stop at 6 in 0"},
                {"ack 6", "copy to t"},
                {"written 6", "final 6, discard 5, t: complete, s: the job is ending"}});
}

}  // namespace
}  // namespace weir
