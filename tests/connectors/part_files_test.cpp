// SPDX-License-Identifier: Apache-2.0
// Which files a subtask writes, what becomes of them, and what recovery clears away.
#include "connectors/part_files.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/attempt_token.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/sink_writing.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using list = std::vector<std::string>;

class PartFiles : public testing::Test {
protected:
  result<part_files> open(std::uint32_t subtask = 0, std::uint32_t parallelism = 1) {
    return part_files::open(sink_context_for(files, subtask, parallelism), options);
  }
  result<part_files> attempt(const std::string& token, std::uint32_t subtask = 0) {
    return part_files::open(sink_context_with_checkpoints(files, token, subtask, 2), options);
  }
  // Appends and prepares.
  static std::string prepare(part_files& out, const std::string& text) {
    EXPECT_TRUE(out.append(text));
    auto prepared = out.prepare();
    EXPECT_TRUE(prepared);
    return prepared ? *prepared : "";
  }
  list there() { return directory.files(); }

  temporary_directory directory;
  faulty_file_system files;
  part_file_options options{.path = directory / "out"};
};

TEST_F(PartFiles, WithoutCheckpointsAreOneFileWithTheNameOfThePath) {
  directory.write("out", "earlier");
  options.header = "h\n";
  auto out = open();
  EXPECT_EQ(there(), (list{"out", "out.part-0-of-1.in-progress"}));
  const auto prepared = prepare(*out, "a\n");
  EXPECT_EQ(directory.read("out"), "earlier");
  ASSERT_TRUE(out->commit(prepared));
  EXPECT_EQ(directory.read("out"), "h\na\n");
  out->abandon();
  EXPECT_EQ(there(), list{"out"}) << "what is committed cannot be abandoned";
}

TEST_F(PartFiles, WithoutCheckpointsAreOnePartOfSeveral) {
  options.roll_at = 1;
  auto out = open(1, 4);
  ASSERT_TRUE(out->append("a\n"));
  ASSERT_TRUE(out->commit(prepare(*out, "b\n")));
  EXPECT_EQ(there(), list{"out.part-1-of-4"});
  EXPECT_EQ(directory.read("out.part-1-of-4"), "a\nb\n");
}

TEST_F(PartFiles, WithoutCheckpointsLeaveNothingWhenAbandoned) {
  auto out = open();
  ASSERT_TRUE(out->append("a\n"));
  out->abandon();
  EXPECT_EQ(there(), list{});
  auto prepared = open();
  prepare(*prepared, "a\n");
  prepared->abandon();
  EXPECT_EQ(there(), list{});
  auto refused = open();
  const auto names = prepare(*refused, "a\n");
  files.refuses_rename = true;
  EXPECT_FALSE(refused->commit(names));
  refused->abandon();
  EXPECT_EQ(there(), list{});
}

TEST_F(PartFiles, BeginAFileWithTheFirstRecordBehindACheckpoint) {
  options.header = "h\n";
  auto out = attempt("t1");
  EXPECT_EQ(there(), list{});
  EXPECT_EQ(*out->prepare(), "") << "no record, no file";
  const auto first = prepare(*out, "a\n");
  EXPECT_EQ(there(), list{"out.part-0.t1-0.in-progress"});
  EXPECT_EQ(*out->prepare(), "");
  ASSERT_TRUE(out->append("b\n"));
  EXPECT_EQ(there(), (list{"out.part-0.t1-0.in-progress", "out.part-0.t1-1.in-progress"}));
  ASSERT_TRUE(out->commit(first));
  ASSERT_TRUE(out->commit(*out->prepare()));
  EXPECT_EQ(there(), (list{"out.part-0-t1-0", "out.part-0-t1-1"}));
  EXPECT_EQ(directory.read("out.part-0-t1-0"), "h\na\n");
  EXPECT_EQ(directory.read("out.part-0-t1-1"), "h\nb\n");
}

TEST_F(PartFiles, EndAFileThatIsLargeEnough) {
  options.roll_at = 4;
  auto out = attempt("t1");
  for (const auto* text : {"12", "34", "5", "6789", "x"}) ASSERT_TRUE(out->append(text));
  const auto prepared = *out->prepare();
  EXPECT_EQ(there(), (list{"out.part-0.t1-0.in-progress", "out.part-0.t1-1.in-progress",
                           "out.part-0.t1-2.in-progress"}));
  ASSERT_TRUE(out->commit(prepared));
  EXPECT_EQ(directory.read("out.part-0-t1-0"), "1234");
  EXPECT_EQ(directory.read("out.part-0-t1-1"), "56789");
  EXPECT_EQ(directory.read("out.part-0-t1-2"), "x");
}

processing_time second(std::int64_t count) { return processing_time{std::chrono::seconds{count}}; }

TEST_F(PartFiles, EndAFileThatWasBegunLongEnoughAgo) {
  options.rollover_interval = std::chrono::seconds{10};
  auto out = attempt("t1");
  ASSERT_TRUE(out->on_time(second(100)));
  EXPECT_EQ(out->next_timer(), std::nullopt) << "no file, nothing to end";
  ASSERT_TRUE(out->append("a"));
  ASSERT_TRUE(out->on_time(second(109)));
  ASSERT_TRUE(out->append("b"));
  EXPECT_EQ(out->next_timer(), second(110));
  ASSERT_TRUE(out->on_time(second(110)));
  EXPECT_EQ(out->next_timer(), std::nullopt);
  ASSERT_TRUE(out->append("c"));
  EXPECT_EQ(out->next_timer(), second(120));
  ASSERT_TRUE(out->commit(*out->prepare()));
  EXPECT_EQ(out->next_timer(), std::nullopt) << "the checkpoint has ended it";
  EXPECT_EQ(directory.read("out.part-0-t1-0"), "ab");
  EXPECT_EQ(directory.read("out.part-0-t1-1"), "c");
}

TEST_F(PartFiles, EndAFileToWhichNothingWasWrittenForLongEnough) {
  options.inactivity_interval = std::chrono::seconds{10};
  auto out = attempt("t1");
  for (const int time : {100, 109, 118}) {
    ASSERT_TRUE(out->on_time(second(time)));
    ASSERT_TRUE(out->append("a"));
    EXPECT_EQ(out->next_timer(), second(time + 10));
  }
  ASSERT_TRUE(out->on_time(second(130)));
  ASSERT_TRUE(out->append("b"));
  ASSERT_TRUE(out->commit(*out->prepare()));
  EXPECT_EQ(directory.read("out.part-0-t1-0"), "aaa");
  EXPECT_EQ(directory.read("out.part-0-t1-1"), "b");
}

TEST_F(PartFiles, EndAFileAtTheFirstOfBothIntervals) {
  options.rollover_interval = std::chrono::seconds{10};
  options.inactivity_interval = std::chrono::seconds{4};
  auto out = attempt("t1");
  ASSERT_TRUE(out->on_time(second(100)));
  ASSERT_TRUE(out->append("a"));
  EXPECT_EQ(out->next_timer(), second(104));
  ASSERT_TRUE(out->on_time(second(103)));
  ASSERT_TRUE(out->append("b"));
  ASSERT_TRUE(out->on_time(second(106)));
  ASSERT_TRUE(out->append("c"));
  ASSERT_TRUE(out->on_time(second(109)));
  ASSERT_TRUE(out->append("d"));
  EXPECT_EQ(out->next_timer(), second(110));
}

TEST_F(PartFiles, NeverEndAFileAfterMoreTimeThanThereIs) {
  options.rollover_interval = duration::max();
  auto out = attempt("t1");
  ASSERT_TRUE(out->on_time(second(100)));
  ASSERT_TRUE(out->append("a"));
  EXPECT_EQ(out->next_timer(), processing_time::max());
}

TEST_F(PartFiles, WithoutCheckpointsHaveNoTimers) {
  options.rollover_interval = std::chrono::seconds{10};
  options.inactivity_interval = std::chrono::seconds{10};
  auto out = open();
  ASSERT_TRUE(out->append("a"));
  EXPECT_EQ(out->next_timer(), std::nullopt);
  ASSERT_TRUE(out->on_time(second(1000)));
  ASSERT_TRUE(out->commit(prepare(*out, "b")));
  EXPECT_EQ(directory.read("out"), "ab");
}

TEST_F(PartFiles, RefuseAnIntervalThatIsNoTime) {
  options.rollover_interval = duration::zero();
  EXPECT_EQ(attempt("t1").failure().message,
            "write " + options.path +
                ": rollover_interval(0s): a file cannot be ended before it has begun; give it more "
                "than 0");
  options.rollover_interval.reset();
  options.inactivity_interval = std::chrono::seconds{-1};
  EXPECT_NE(attempt("t1").failure().message.find("inactivity_interval(-1s): "), std::string::npos);
}

TEST_F(PartFiles, KeepWhatACheckpointMayHoldWhenAbandoned) {
  options.roll_at = 4;
  auto out = attempt("t1");
  const auto held = prepare(*out, "a");
  ASSERT_TRUE(out->append("12345"));
  ASSERT_TRUE(out->append("b"));
  out->abandon();
  EXPECT_EQ(there(), list{"out.part-0.t1-0.in-progress"});
  ASSERT_TRUE(attempt("t2")->commit(held));
  EXPECT_EQ(there(), list{"out.part-0-t1-0"});
}

TEST_F(PartFiles, AreCommittedByAnotherAttemptAfterACrash) {
  auto first = attempt("t1", 0);
  auto second = attempt("t1", 1);
  const list held{prepare(*first, "a"), prepare(*first, "b"), prepare(*second, "c")};
  prepare(*first, "of a checkpoint that did not complete");
  ASSERT_TRUE(second->append(std::string(1'000'000, 'x')));
  ASSERT_TRUE(first->commit(held[0]));
  auto next = attempt("t2");
  ASSERT_TRUE(next->recover(held));
  EXPECT_EQ(there(), (list{"out.part-0-t1-0", "out.part-0-t1-1", "out.part-1-t1-0"}));
  ASSERT_TRUE(next->recover(held)) << "a crash while recovering";
  EXPECT_EQ(there().size(), 3U);
}

TEST_F(PartFiles, RecoverWhereTheLastRecoveryCrashedBetweenTwoRenames) {
  auto old = attempt("t1");
  const list held{prepare(*old, "a"), prepare(*old, "b"), prepare(*old, "c")};
  prepare(*old, "not held");
  files.renames = 2;
  EXPECT_FALSE(attempt("t2")->recover(held));
  EXPECT_EQ(there(), (list{"out.part-0-t1-0", "out.part-0-t1-1", "out.part-0.t1-2.in-progress",
                           "out.part-0.t1-3.in-progress"}))
      << "nothing is removed before everything is committed";
  files.renames = 100;
  ASSERT_TRUE(attempt("t3")->recover(held));
  EXPECT_EQ(there(), (list{"out.part-0-t1-0", "out.part-0-t1-1", "out.part-0-t1-2"}));
}

TEST_F(PartFiles, ClearAwayWhatSeveralAttemptsLeft) {
  for (const auto* name : {"out.part-0.t1-0.in-progress", "out.part-11.t-2-7.in-progress",
                           "out.part-0-of-2.in-progress", "out.part-0.t3-0.in-progress"}) {
    directory.write(name, "left");
  }
  const list others{"out",
                    "out.csv.part-0.t1-0.in-progress",
                    "out.in-progress",
                    "out.part-.t1-0.in-progress",
                    "out.part-0-t1-0",
                    "out.part-0.t1-.in-progress",
                    "out.part-0.t1-0",
                    "out.part-0.t1.in-progress",
                    "out.part-1.part-0.t1-0.in-progress",
                    "xout.part-0.t1-0.in-progress"};
  for (const auto& name : others) directory.write(name, "of somebody else");
  ASSERT_TRUE(attempt("t3")->recover({}));
  auto expected = others;
  expected.push_back("out.part-0.t3-0.in-progress");
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(there(), expected);
}

// A task of a former life that is opened late: by then the next job manager's are writing.
TEST_F(PartFiles, LeaveAloneWhatALaterLifeWrites) {
  const auto token = [](std::uint32_t life, std::uint32_t attempt) {
    return to_string(
        attempt_token{.directory = 7, .life = life, .attempt = {attempt}, .claim = life});
  };
  auto later = attempt(token(2, 1));
  ASSERT_TRUE(later->append("b"));
  auto before = attempt(token(1, 8), 1);
  ASSERT_TRUE(before->append("a"));
  ASSERT_EQ(there().size(), 2U);
  ASSERT_TRUE(attempt(token(1, 9))->recover({}));
  EXPECT_EQ(there(), list{"out.part-0." + token(2, 1) + "-0.in-progress"});
  ASSERT_TRUE(attempt(token(3, 1))->recover({}));
  EXPECT_EQ(there(), list{});
}

TEST_F(PartFiles, ClearAwayWhatWasBegunForAnotherCheckpointDirectory) {
  auto other = attempt(to_string(attempt_token{.directory = 8, .life = 9, .attempt = {1}}));
  ASSERT_TRUE(other->append("a"));
  auto of_weir_0_1 = attempt(std::string(32, 'f'));
  ASSERT_TRUE(of_weir_0_1->append("a"));
  ASSERT_EQ(there().size(), 2U);
  ASSERT_TRUE(
      attempt(to_string(attempt_token{.directory = 7, .life = 1, .attempt = {1}}))->recover({}));
  EXPECT_EQ(there(), list{});
}

TEST_F(PartFiles, WithoutCheckpointsRecoverBesideTheOtherSubtasks) {
  auto old = attempt("t1");
  const auto held = prepare(*old, "a");
  prepare(*old, "not held");
  auto first = open(0, 2);
  auto second = open(1, 2);
  ASSERT_TRUE(first->recover({held}));
  EXPECT_EQ(there(), (list{"out.part-0-of-2.in-progress", "out.part-0-t1-0",
                           "out.part-1-of-2.in-progress"}));
}

TEST_F(PartFiles, NeverMeetThoseOfAnAttemptThatDoesNotKnowItIsOver) {
  auto zombie = attempt("t1");
  const auto held = prepare(*zombie, "a");
  ASSERT_TRUE(zombie->append("b"));
  auto next = attempt("t2");
  ASSERT_TRUE(next->recover({held}));
  ASSERT_TRUE(zombie->append("c"));
  ASSERT_TRUE(zombie->prepare());
  prepare(*zombie, "d");
  ASSERT_TRUE(next->commit(prepare(*next, "b again")));
  ASSERT_TRUE(attempt("t3")->recover({}));
  zombie->abandon();
  EXPECT_EQ(there(), (list{"out.part-0-t1-0", "out.part-0-t2-0"}));
  EXPECT_EQ(directory.read("out.part-0-t2-0"), "b again");
}

TEST_F(PartFiles, ReportWhatCannotBeRecovered) {
  directory.write("out.part-0.t1-0.in-progress", "left");
  files.refuses_remove = true;
  EXPECT_EQ(attempt("t2")->recover({}).failure().message,
            "remove " + (directory / "out.part-0.t1-0.in-progress") + ": Input/output error");
  files.refuses_remove = false;
  auto old = attempt("t1");
  const auto held = prepare(*old, "a");
  ASSERT_TRUE(files.remove(directory / "out.part-0.t1-0.in-progress"));
  EXPECT_EQ(attempt("t2")->recover({held}).failure().code, error_code::corrupt_data);
}

TEST_F(PartFiles, ReportADirectoryThatMayNotBeWritten) {
  files.unwritable = directory.path();
  EXPECT_EQ(open().failure().message,
            "create " + options.path + ".part-0-of-1.in-progress: Permission denied");
  auto out = attempt("t1");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->append("a").failure().message,
            "create " + options.path + ".part-0.t1-0.in-progress: Permission denied");
}

TEST_F(PartFiles, MakeTheDirectoriesOnTheirWay) {
  options.path = directory / "a/b/out";
  ASSERT_TRUE(attempt("t1")->recover({})) << "an empty directory has nothing to clear away";
  auto out = open();
  ASSERT_TRUE(out->commit(*out->prepare()));
  EXPECT_EQ(directory.read("a/b/out"), "");
}

TEST_F(PartFiles, RefuseADirectoryInTheirPlace) {
  options.path = directory.path();
  const auto message = "write " + options.path + ": it is a directory; name a file in it";
  EXPECT_EQ(open().failure().message, message);
  EXPECT_EQ(open().failure().code, error_code::invalid_argument);
  EXPECT_EQ(attempt("t1").failure().message, message);
  options.path = directory / "out";
  directory.write("out.part-0-of-2/x", "");
  EXPECT_EQ(open(0, 2).failure().message,
            "write " + options.path + ".part-0-of-2: it is a directory; name a file in it");
}

TEST_F(PartFiles, ReportAPathThroughAFile) {
  options.path = directory.write("file", "") + "/out";
  EXPECT_EQ(open().failure().message,
            "make the directory " + (directory / "file") + ": Not a directory");
}

TEST_F(PartFiles, RefuseATokenThatIsNoPartOfAName) {
  for (const auto* token : {"", "a/b", "a.b", "a b"}) {
    const auto out = attempt(token);
    ASSERT_FALSE(out) << token;
    EXPECT_EQ(out.failure().code, error_code::invalid_argument);
  }
}

}  // namespace
}  // namespace weir
