// SPDX-License-Identifier: Apache-2.0
// The rules that hold at every moment: runs keep them through every fault, and each of them is
// broken by a run in which one process does not do what it should.
#include "coordination/simulation/protocol_invariants.hpp"

#include <gtest/gtest.h>

#include "coordination/testing/simulation_run.hpp"
#include "tests/simulation/flawed_links.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/story_job.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr const char* checkpoints = "/weir-simulation/checkpoints";

class tampered_job {
public:
  using disk = std::shared_ptr<simulated_file_system>;

  explicit tampered_job(const story_job& defined = numbers_and_counts) {
    defined.define(env_);
    job.graph = &env_.graph();
    job.task_managers = 2;
    job.options.parallelism = 2;
    job.options.checkpoint_directory = checkpoints;
    job.options.checkpoint_interval = 20ms;
    job.fault_span = 400ms;
  }

  run_outcome run(const simulation_plan& plan = {}, std::uint64_t seed = 1) const {
    return run_once(job, seed, plan);
  }
  // What is wrong when that is done to the messages.
  std::string run(std::function<link_tampering(disk)> tampering) {
    job.tampering = std::move(tampering);
    const auto outcome = run();
    EXPECT_EQ(outcome.kind, violation_kind::invariant) << outcome.violation;
    return outcome.violation;
  }
  // Of the messages of one type: what arrives in place of each.
  template <class Message, class Change>
  std::string change(Change arriving_for) {
    return run([arriving_for](const disk&) -> link_tampering {
      return [arriving_for](actor_address, const caf::message& content) -> arriving {
        const auto* message = as<Message>(content);
        return message == nullptr ? arriving{content} : arriving_for(content, *message);
      };
    });
  }

  simulated_job job;

private:
  environment env_{"story"};
};

TEST(ProtocolInvariants, HoldWithoutFaultsAndThroughFaults) {
  for (const auto* defined : {&numbers_and_counts, &many_shapes}) {
    tampered_job story{*defined};
    story.job.faults = {.crashes = crash_faults{.every = 100ms, .restart_after = {10ms, 100ms}},
                        .pauses = pause_faults{.every = 200ms, .lasting = {10ms, 300ms}},
                        .partitions = partition_faults{.every = 100ms},
                        .links = link_faults{.every = 100ms},
                        .outages = outage_faults{.every = 300ms, .rescales = true},
                        .disk = disk_fault_chances{1e-3, 1e-3, 1e-3}};
    // Some acknowledgements come when later checkpoints have completed.
    story.job.options.checkpoint_timeout = 40ms;
    story.job.options.tolerable_failed_checkpoints = 1000;
    EXPECT_EQ(story.run().violation, "");
    for (const auto seed : seeds_for(50)) {
      const auto plan = draw_plan(seed, story.job.faults, 2, story.job.fault_span);
      EXPECT_EQ(story.run(plan, seed).violation, "") << "seed " << seed;
    }
  }
}

// What a process that has crashed has begun, others remove.
TEST(ProtocolInvariants, HoldAtTheEndOfProcessesThatCrashed) {
  tampered_job story;
  story.job.faults = {.crashes = crash_faults{.every = 100ms, .restart_after = {10ms, 100ms}}};
  for (const auto seed : seeds_for(200)) {
    const auto plan = draw_plan(seed, story.job.faults, 2, story.job.fault_span);
    EXPECT_EQ(story.run(plan, seed).violation, "") << "seed " << seed;
  }
}

TEST(ProtocolInvariants, MissFramesOutOfOrder) {
  const auto wrong = tampered_job{}.change<frame_sent>(
      [](const caf::message& content, const frame_sent& sent) -> arriving {
        if (sent.content && sent.content->sequence == 3) sent.content->sequence = 4;
        return {content};
      });
  EXPECT_TRUE(wrong.starts_with("channel ")) << wrong;
  EXPECT_TRUE(wrong.ends_with(": frame 4 was sent behind frame 2")) << wrong;
}

TEST(ProtocolInvariants, MissAWatermarkThatGoesBack) {
  tampered_job story{many_shapes};
  const auto wrong =
      story.change<frame_sent>([](const caf::message& content, const frame_sent& sent) -> arriving {
        if (sent.content && sent.content->watermark && sent.content->sequence > 5) {
          *sent.content->watermark -= 10s;
        }
        return {content};
      });
  EXPECT_NE(wrong.find(": its watermark goes back from "), std::string::npos) << wrong;
}

TEST(ProtocolInvariants, MissAnIdOfACheckpointThatIsUsedAgain) {
  const auto wrong = tampered_job{}.change<trigger_checkpoint>(
      [](const caf::message&, trigger_checkpoint order) -> arriving {
        if (order.checkpoint.value > 2) order.checkpoint.value = 1;
        return {caf::make_message(order)};
      });
  EXPECT_EQ(wrong, "checkpoint 1 begins in attempt 1, behind checkpoint 2");
}

TEST(ProtocolInvariants, MissATaskThatIsDeployedTwice) {
  const auto wrong = tampered_job{}.change<deploy_task>(
      [](const caf::message& content, const deploy_task&) -> arriving {
        return {content, content};
      });
  EXPECT_TRUE(wrong.ends_with(" is deployed twice in attempt 1")) << wrong;
}

TEST(ProtocolInvariants, MissAnAttemptThatGoesBack) {
  const auto wrong = tampered_job{}.change<deploy_task>(
      [](const caf::message& content, deploy_task order) -> arriving {
        if (order.attempt.value == 0) return {content};
        --order.attempt.value;
        return {content, caf::make_message(order)};
      });
  EXPECT_TRUE(wrong.ends_with(" is deployed in attempt 0, behind attempt 1")) << wrong;
}

// Nobody has asked the task, which is not where that comes from.
TEST(ProtocolInvariants, MissAnAcknowledgementThatIsMadeUp) {
  tampered_job story;
  const auto tasks = execution_graph{*story.job.graph, story.job.options}.task_count();
  const auto wrong = story.run(
      [tasks](const tampered_job::disk&) { return missing_acknowledgement_ignored(tasks); });
  EXPECT_NE(wrong.find(" acknowledge"), std::string::npos) << wrong;
}

TEST(ProtocolInvariants, MissAnAcknowledgementOfAnotherAttempt) {
  const auto wrong = tampered_job{}.change<checkpoint_acknowledged>(
      [](const caf::message&, checkpoint_acknowledged fact) -> arriving {
        ++fact.attempt.value;
        return {caf::make_message(fact)};
      });
  EXPECT_TRUE(wrong.ends_with(" acknowledges checkpoint 1, which attempt 2 has not begun"))
      << wrong;
}

TEST(ProtocolInvariants, MissASnapshotThatIsNotSynced) {
  const auto wrong = tampered_job{}.run([](const tampered_job::disk& disk) -> link_tampering {
    disk->faults().set({.pretended_sync = {1'000'000}, .under = checkpoints});
    return nullptr;
  });
  EXPECT_TRUE(
      wrong.starts_with("checkpoint 1 has completed, and could not be restored after a "
                        "power loss: "))
      << wrong;
}

TEST(ProtocolInvariants, MissADamagedBlock) {
  const auto wrong = tampered_job{}.run([](const tampered_job::disk& disk) -> link_tampering {
    return [disk](actor_address, const caf::message& content) -> arriving {
      if (as<checkpoint_acknowledged>(content) != nullptr) {
        for (const auto& path : disk->written_files()) {
          if (path.ends_with(".snap")) disk->flip_bit(path, 40);
        }
      }
      return {content};
    };
  });
  EXPECT_NE(wrong.find("could not be restored after a power loss: "), std::string::npos) << wrong;
}

TEST(ProtocolInvariants, MissACommitBeforeTheCheckpointHasCompleted) {
  const auto wrong = tampered_job{}.change<trigger_checkpoint>(
      [](const caf::message& content, const trigger_checkpoint& order) -> arriving {
        return {content, caf::make_message(checkpoint_completed{order.attempt, order.checkpoint})};
      });
  EXPECT_EQ(wrong, "a task is told that checkpoint 1 has completed, and it has not");
}

TEST(ProtocolInvariants, MissAMailboxThatOnlyGrows) {
  const auto wrong = tampered_job{}.change<checkpoint_completed>(
      [](const caf::message& content, const checkpoint_completed&) -> arriving {
        return arriving(5000, content);
      });
  EXPECT_TRUE(wrong.starts_with("a mailbox holds ")) << wrong;
}

TEST(ProtocolInvariants, MissAFileThatNobodyNeeds) {
  const auto stray = std::string{checkpoints} + "/chk-99999/task-9.attempt-1.snap";
  const auto wrong = tampered_job{}.run([stray](const tampered_job::disk& disk) -> link_tampering {
    return [disk, stray](actor_address, const caf::message& content) -> arriving {
      if (as<task_drained>(content) != nullptr) disk->put(stray, "");
      return {content};
    };
  });
  EXPECT_EQ(wrong, "when the job has finished, nobody needs " + stray);
}

// What the engine's own code makes impossible is told here.
class ToldInvariants : public ::testing::Test {
protected:
  ToldInvariants() {
    numbers_and_counts.define(env_);
    job_options options;
    options.checkpoint_directory = checkpoints;
    graph = std::make_shared<const execution_graph>(env_.graph(), options);
    silent_.begin(graph, {}, {});
    invariants.begin(graph);
  }

  // To an actor of the first task manager.
  template <class Message>
  void sent(Message message) {
    invariants.on_message({1, false, {2}, {{1}, 7}, caf::make_message(std::move(message))});
  }
  void send_frames(std::uint64_t first, std::uint64_t last) {
    for (auto i = first; i <= last; ++i) sent(frame_of(i));
  }
  static frame_sent frame_of(std::uint64_t sequence) {
    auto content = std::make_shared<frame>();
    content->sequence = sequence;
    return {{1}, {0}, std::move(content)};
  }
  static checkpoint_commands::report completed(std::uint64_t id) { return {{id}, {}, 0, {}, {}}; }

  std::shared_ptr<const execution_graph> graph;

private:
  environment env_{"story"};
  simulated_file_system disk_;
  story silent_{[](const story_event&, const std::vector<std::string>&) {}};

protected:
  protocol_invariants invariants{silent_, disk_};
};

TEST_F(ToldInvariants, MissFramesWithoutCredit) {
  send_frames(1, 8);
  EXPECT_EQ(invariants.violation(), "");
  const auto third = caf::make_message(frame_of(3));
  invariants.on_message({1, true, {2}, {{1}, 7}, third});
  send_frames(9, 11);
  EXPECT_EQ(invariants.violation(), "");
  send_frames(12, 12);
  EXPECT_EQ(invariants.violation(),
            "channel 0 from tm-2 to an actor of tm-1: 9 frames are under way, and its window is 8");
}

TEST_F(ToldInvariants, MissACheckpointThatNobodyHasBegun) {
  invariants.on_checkpoint(completed(1), {});
  EXPECT_EQ(invariants.violation(), "checkpoint 1 has completed, and nobody has begun it");
}

TEST_F(ToldInvariants, MissACheckpointThatCompletesTooEarly) {
  sent(trigger_checkpoint{{1}, {1}});
  invariants.on_checkpoint(completed(1), {});
  EXPECT_EQ(invariants.violation(),
            "checkpoint 1 has completed with the acknowledgements of 0 of " +
                std::to_string(graph->task_count()) + " tasks");
}

}  // namespace
}  // namespace weir
