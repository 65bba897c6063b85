// SPDX-License-Identifier: Apache-2.0
// What can be said on the command line, what wins over what, and how slips are answered.
#include "coordination/command_line.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

result<std::string> job_yaml(const std::string& path) {
  if (path != "job.yaml") {
    return error{error_code::not_found, "open " + path + ": no such file or directory"};
  }
  return std::string{
      "parallelism.default: 2\ntaskmanager.network.credits: 3\nexecution.seed: 4\n"
      "job:\n  input: file.txt\n  output: file.out\n"};
}

result<command_line> parse(std::vector<const char*> arguments, const job_options& defaults = {}) {
  arguments.insert(arguments.begin(), "word_count");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), defaults,
                            job_yaml);
}

command_line parsed(const std::vector<const char*>& arguments, const job_options& defaults = {}) {
  auto outcome = parse(arguments, defaults);
  EXPECT_TRUE(outcome.ok()) << (outcome ? "" : outcome.failure().message);
  return outcome ? *outcome : command_line{};
}

std::string failure_of(const std::vector<const char*>& arguments) {
  const auto outcome = parse(arguments);
  return outcome ? "no failure" : outcome.failure().message;
}

TEST(CommandLine, WithoutArgumentsIsTheDefaults) {
  job_options defaults;
  defaults.parallelism = 7;
  const auto line = parsed({}, defaults);
  EXPECT_EQ(line.options.parallelism, 7U);
  EXPECT_TRUE(line.options.progress);
  EXPECT_EQ(line.least_log_level, log_level::info);
  EXPECT_FALSE(line.print_plan || line.help || line.version);
  EXPECT_TRUE(line.parameters.empty());
  EXPECT_TRUE(parse_command_line(0, nullptr, {}, job_yaml).ok());
}

TEST(CommandLine, KnowsSimulationsOfSeedsAndOfAllRunsWithinBounds) {
  EXPECT_FALSE(parsed({}).simulate);
  const auto seeds = *parsed({"--simulate", "--seeds", "3..9"}).simulate;
  EXPECT_EQ(seeds.seeds.last, 9U);
  EXPECT_EQ(seeds.faults.size(), fault_names().size());
  EXPECT_FALSE(seeds.exhaustive);
  const auto search = *parsed({"--simulate", "--exhaustive", "deviations=2,runs=50"}).simulate;
  EXPECT_EQ(search.exhaustive->deviations, 2U);
  EXPECT_EQ(search.exhaustive->most_runs, 50U);
  EXPECT_TRUE(search.faults.empty());
  const auto one = *parsed({"--simulate", "--replay", "crash-tm-1@9"}).simulate;
  EXPECT_EQ(one.replay, "crash-tm-1@9");
  EXPECT_TRUE(one.exhaustive);
  EXPECT_EQ(failure_of({"--exhaustive", "default"}),
            "--exhaustive belongs to --simulate. See --help");
  EXPECT_EQ(failure_of({"--replay", "base"}), "--replay belongs to --simulate. See --help");
  EXPECT_EQ(failure_of({"--simulate", "--exhaustive", "depth=1"}),
            "--exhaustive: 'depth=1' is no bound; there are deviations=N, crashes=N, runs=N, "
            "steps=N and default");
  EXPECT_TRUE(failure_of({"--simulate", "--replay", "9"}).starts_with("--replay: '9' is no name"));
}

TEST(CommandLine, KnowsEveryOption) {
  const auto line = parsed({"--parallelism", "4", "--define", "execution.seed=9", "--parameter",
                            "input=a", "--print-plan", "--log-level", "debug", "--no-progress",
                            "--restore", "checkpoints/17", "--allow-non-restored-state"});
  EXPECT_EQ(line.options.parallelism, 4U);
  EXPECT_EQ(line.options.seed, 9U);
  EXPECT_EQ(line.parameters, (given_parameters{{"input", "a"}}));
  EXPECT_TRUE(line.print_plan);
  EXPECT_EQ(line.least_log_level, log_level::debug);
  EXPECT_FALSE(line.options.progress);
  EXPECT_EQ(line.options.restore, "checkpoints/17");
  EXPECT_TRUE(line.options.allow_non_restored_state);
}

TEST(CommandLine, TakesTheCheckpointToCompareWith) {
  EXPECT_EQ(parsed({}).check_restore, "");
  EXPECT_EQ(parsed({"--check-restore", "ck/chk-7"}).check_restore, "ck/chk-7");
  EXPECT_EQ(failure_of({"--check-restore", ""}),
            "--check-restore: the path of a checkpoint is empty. See --help");
}

TEST(CommandLine, StartsAfreshUnlessItIsToldOtherwise) {
  const auto line = parsed({});
  EXPECT_EQ(line.options.restore, "");
  EXPECT_FALSE(line.options.allow_non_restored_state);
  EXPECT_EQ(parsed({"-D", "execution.state-recovery.path=a", "--restore", "none"}).options.restore,
            "");
}

TEST(CommandLine, LooksForTheLatestCheckpointInTheDirectoryOfCheckpoints) {
  EXPECT_EQ(parsed({"--restore=latest", "-D", "execution.checkpointing.dir=there"}).options.restore,
            "latest");
  EXPECT_EQ(failure_of({"--restore", "latest"}),
            "--restore latest: set execution.checkpointing.dir, the directory in which to look for "
            "the latest checkpoint. See --help");
  job_options defaults;
  defaults.checkpoint_directory = "there";
  EXPECT_EQ(parsed({"--restore", "latest"}, defaults).options.restore, "latest");
}

TEST(CommandLine, TakesValuesInAllTheUsualForms) {
  for (const auto& arguments :
       {std::vector{"-p", "4"}, std::vector{"-p4"}, std::vector{"--parallelism=4"},
        std::vector{"--parallelism", "4"}, std::vector{"-Dparallelism.default=4"}}) {
    EXPECT_EQ(parsed(arguments).options.parallelism, 4U) << arguments[0];
  }
}

TEST(CommandLine, LetsTheFileWinOverTheProgram) {
  job_options defaults;
  defaults.parallelism = 7;
  defaults.task_managers = 5;
  const auto line = parsed({"--config", "job.yaml"}, defaults);
  EXPECT_EQ(line.options.parallelism, 2U);
  EXPECT_EQ(line.options.task_managers, 5U);
}

TEST(CommandLine, LetsDefinitionsWinOverTheFileAndOptionsOverDefinitions) {
  const auto line = parsed({"-p", "8", "-D", "parallelism.default=6", "-D",
                            "taskmanager.network.credits=7", "-c", "job.yaml"});
  EXPECT_EQ(line.options.parallelism, 8U);
  EXPECT_EQ(line.options.credit_window, 7U);
  EXPECT_EQ(line.options.seed, 4U);
  EXPECT_FALSE(parsed({"--no-progress", "-D", "progress.enabled=true"}).options.progress);
}

TEST(CommandLine, LetsTheLastOfEqualDefinitionsWin) {
  EXPECT_EQ(parsed({"-D", "execution.seed=1", "-D", "execution.seed=2"}).options.seed, 2U);
  EXPECT_EQ(parsed({"-P", "a=1", "-P", "a=2"}).parameters, (given_parameters{{"a", "2"}}));
}

TEST(CommandLine, CollectsJobParameters) {
  const auto line = parsed({"-P", "input=a=b", "-P", "empty=", "-D", "job.top=5"});
  EXPECT_EQ(line.parameters, (given_parameters{{"empty", ""}, {"input", "a=b"}, {"top", "5"}}));
  const auto with_file = parsed({"-P", "input=mine.txt", "-c", "job.yaml"});
  const given_parameters expected{{"input", "mine.txt"}, {"output", "file.out"}};
  EXPECT_EQ(with_file.parameters, expected);
}

TEST(CommandLine, LooksAtNothingElseWhenAskedForHelpOrTheVersion) {
  EXPECT_TRUE(parsed({"--help", "--config", "missing.yaml", "-p", "four"}).help);
  EXPECT_TRUE(parsed({"-h"}).help);
  EXPECT_TRUE(parsed({"--version", "-D", "nonsense"}).version);
}

TEST(CommandLine, ProposesTheOptionThatWasMeant) {
  EXPECT_EQ(failure_of({"--paralelism", "4"}),
            "unknown option --paralelism; did you mean --parallelism? See --help");
  EXPECT_EQ(failure_of({"--plan"}), "unknown option --plan; did you mean --print-plan? See --help");
  EXPECT_EQ(failure_of({"--restor", "latest"}),
            "unknown option --restor; did you mean --restore? See --help");
  EXPECT_EQ(failure_of({"--allow-non-restored"}),
            "unknown option --allow-non-restored; did you mean --allow-non-restored-state? See "
            "--help");
  EXPECT_EQ(failure_of({"-help"}), "unknown option -help; did you mean --help? See --help");
  EXPECT_EQ(failure_of({"--xyzzy"}), "unknown option --xyzzy. See --help");
  EXPECT_EQ(failure_of({"---"}), "unknown option ---. See --help");
  EXPECT_EQ(failure_of({"-x"}), "unknown option -x. See --help");
}

TEST(CommandLine, DoesNotGuessAbbreviatedOptions) {
  EXPECT_EQ(failure_of({"--parallel", "4"}),
            "unknown option --parallel; did you mean --parallelism? See --help");
}

TEST(CommandLine, SaysWhichOptionLacksOrHasAValue) {
  EXPECT_EQ(failure_of({"-p"}), "option --parallelism needs a value. See --help");
  EXPECT_EQ(failure_of({"--config="}), "option --config needs a value. See --help");
  EXPECT_EQ(failure_of({"--restore"}), "option --restore needs a value. See --help");
  EXPECT_EQ(failure_of({"--help=me"}), "option --help does not take a value. See --help");
}

TEST(CommandLine, RefusesASecondValue) {
  EXPECT_EQ(failure_of({"-p", "2", "--parallelism", "3"}),
            "option --parallelism was given more than once. See --help");
}

TEST(CommandLine, RefusesArgumentsThatAreNoOptions) {
  EXPECT_EQ(failure_of({"book.txt"}),
            "unexpected argument 'book.txt'; job parameters are given as -P NAME=VALUE. See "
            "--help");
  EXPECT_EQ(failure_of({"--", "-p"}),
            "unexpected argument '-p'; job parameters are given as -P NAME=VALUE. See --help");
}

TEST(CommandLine, RefusesAnUnknownKey) {
  EXPECT_EQ(failure_of({"-D", "paralelism.default=4"}),
            "-D paralelism.default=4: unknown key; did you mean parallelism.default?");
  EXPECT_EQ(failure_of({"-D", "xyzzy=4"}), "-D xyzzy=4: unknown key; --help lists the keys");
  EXPECT_EQ(failure_of({"-D", "job.=4"}), "-D job.=4: unknown key; --help lists the keys");
}

TEST(CommandLine, RefusesADefinitionWithoutAKeyOrAValue) {
  EXPECT_EQ(failure_of({"-D", "parallelism.default"}),
            "-D parallelism.default: expected KEY=VALUE. See --help");
  EXPECT_EQ(failure_of({"-D", "=4"}), "-D =4: expected KEY=VALUE. See --help");
  EXPECT_EQ(failure_of({"-P", "input"}), "-P input: expected NAME=VALUE. See --help");
}

TEST(CommandLine, RefusesValuesOfTheWrongType) {
  EXPECT_EQ(failure_of({"-D", "parallelism.default=four"}),
            "-D parallelism.default=four: 'four' is not an integer between 1 and 32768");
  EXPECT_EQ(failure_of({"-p", "-1"}), "--parallelism: '-1' is not an integer between 1 and 32768");
  EXPECT_EQ(failure_of({"--log-level", "loud"}),
            "--log-level: 'loud' is not one of debug, info, warn, error");
}

TEST(CommandLine, ChecksTheSettingsAgainstEachOther) {
  EXPECT_EQ(failure_of({"-p", "0"}),
            "parallelism 0: must be between 1 and 1024 (pipeline.max-parallelism)");
  EXPECT_EQ(failure_of({"-p", "16", "-D", "pipeline.max-parallelism=8"}),
            "parallelism 16: must be between 1 and 8 (pipeline.max-parallelism)");
  EXPECT_EQ(parsed({"-p", "2000", "-D", "pipeline.max-parallelism=4000"}).options.parallelism,
            2000U);
}

TEST(CommandLine, NamesTheFileItCannotRead) {
  const auto outcome = parse({"--config", "missing.yaml"});
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, error_code::not_found);
  EXPECT_EQ(outcome.failure().message,
            "read the configuration: open missing.yaml: no such file or directory");
}

TEST(CommandLine, PassesOnWhatIsWrongWithTheFile) {
  const auto wrong_file = [](const std::string&) -> result<std::string> { return {"[1"}; };
  const std::array arguments{"word_count", "-c", "other.yaml"};
  const auto outcome = parse_command_line(3, arguments.data(), {}, wrong_file);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().message,
            "other.yaml: line 1, column 1: not valid YAML: end of sequence flow not found");
}

TEST(UnusedParameters, AreReportedWithTheNameThatWasMeant) {
  const auto warnings = unused_parameter_warnings({{"inptu", "a"}, {"top", "5"}, {"zz", ""}},
                                                  {"input", "output", "top"});
  EXPECT_EQ(warnings, (std::vector<std::string>{
                          "parameter inptu: the job has none of that name; did you mean input?",
                          "parameter zz: the job has none of that name"}));
  EXPECT_TRUE(unused_parameter_warnings({{"top", "5"}}, {"top"}).empty());
}

TEST(ProgramOptions, AreWrittenAsTheyAreTyped) {
  EXPECT_EQ(usage_of({'p', "parallelism", "N", false, ""}), "-p, --parallelism N");
  EXPECT_EQ(usage_of({'\0', "version", "", true, ""}), "--version");
}

TEST(CommandLine, SaysInWhichProcessesTheJobRuns) {
  const auto alone = parsed({}).processes;
  EXPECT_FALSE(alone.is_distributed());
  const auto here = parsed({"--processes", "3"});
  EXPECT_TRUE(here.processes.is_distributed());
  EXPECT_EQ(here.processes.here, 3U);
  EXPECT_EQ(here.options.task_managers, 3U);
  const auto listening = parsed({"--listen", "10.0.0.1:6123", "--secret-file", "s", "-D",
                                 "taskmanager.count=5", "--processes", "2"});
  EXPECT_EQ(listening.processes.listen, "10.0.0.1:6123");
  EXPECT_EQ(listening.processes.secret_file, "s");
  EXPECT_EQ(listening.options.task_managers, 5U);
  // Nobody else can come.
  EXPECT_EQ(parsed({"-D", "taskmanager.count=5", "--processes", "2"}).options.task_managers, 2U);
  const auto joining = parsed({"--join", "10.0.0.1:6123"});
  EXPECT_EQ(joining.processes.join, "10.0.0.1:6123");
  EXPECT_FALSE(joining.processes.is_distributed());
}

TEST(CommandLine, TakesTheFilesOfTlsTogether) {
  const auto none = parsed({"--processes", "2"}).processes;
  EXPECT_FALSE(none.tls.are_given());
  const auto all = parsed({"--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a"}).processes;
  EXPECT_EQ(all.tls, (tls_paths{"c", "k", "a"}));
  const auto missing = [](const std::string& name) {
    return "--tls-cert, --tls-key and --tls-ca belong together; there is no --" + name +
           ". See --help";
  };
  EXPECT_EQ(failure_of({"--tls-key", "k", "--tls-ca", "a"}), missing("tls-cert"));
  EXPECT_EQ(failure_of({"--tls-cert", "c", "--tls-ca", "a"}), missing("tls-key"));
  EXPECT_EQ(failure_of({"--tls-cert", "c", "--tls-key", "k", "--tls-ca", ""}), missing("tls-ca"));
}

TEST(CommandLine, RefusesProcessesThatCannotBe) {
  EXPECT_EQ(failure_of({"--processes", "0"}),
            "--processes: '0' is not an integer between 1 and 1024");
  EXPECT_EQ(failure_of({"--listen", "here"}),
            "--listen: 'here' is not HOST:PORT with a numeric address, such as 10.0.0.7:6123 or "
            "[::1]:6123");
  EXPECT_EQ(failure_of({"--listen", "0.0.0.0:6123"}),
            "--listen 0.0.0.0:6123: name the address by which it is reached. See --help");
  EXPECT_EQ(failure_of({"--join", "10.0.0.1:1", "--processes", "2"}),
            "--processes belongs to the job manager's process, not to --join. See --help");
}

TEST(CommandLine, SaysWhereAJobIsSubmitted) {
  EXPECT_EQ(parsed({}).processes.submit, "");
  const auto line = parsed({"--submit", "10.0.0.1:6123", "--detach", "--restore", "/s/1", "-D",
                            "execution.checkpointing.dir=/shared"});
  EXPECT_EQ(line.processes.submit, "10.0.0.1:6123");
  EXPECT_TRUE(line.processes.detach);
  EXPECT_FALSE(parsed({"--submit", "10.0.0.1:6123"}).processes.detach);
}

TEST(CommandLine, RefusesSubmissionsThatCannotBe) {
  EXPECT_EQ(failure_of({"--submit", "there"}),
            "--submit: 'there' is not HOST:PORT with a numeric address, such as 10.0.0.7:6123 or "
            "[::1]:6123");
  EXPECT_EQ(failure_of({"--detach"}), "--detach belongs to --submit. See --help");
  EXPECT_EQ(failure_of({"--job-tls", "none"}), "--job-tls belongs to --submit. See --help");
  EXPECT_EQ(failure_of({"--submit", "10.0.0.1:1", "--job-tls", "tls"}),
            "--job-tls: 'tls' is not node, none or CERT,KEY,CA: three absolute paths, as all nodes "
            "see them");
  EXPECT_EQ(failure_of({"--submit", "10.0.0.1:1", "--processes", "2"}),
            "--processes does not go with --submit. See --help");
  EXPECT_EQ(
      failure_of({"--submit", "10.0.0.1:1", "-D", "execution.checkpointing.dir=ck"}),
      "execution.checkpointing.dir ck: with --submit it is an absolute path, as all nodes see "
      "it. See --help");
  EXPECT_EQ(failure_of({"--submit", "10.0.0.1:1", "--restore", "s/1"}),
            "--restore s/1: with --submit it is an absolute path, as all nodes see it. See --help");
  EXPECT_EQ(failure_of({"--submit", "10.0.0.1:1", "--config", "job.yaml"}),
            "--config job.yaml: with --submit it is an absolute path, as all nodes see it. "
            "See --help");
  EXPECT_EQ(
      failure_of({"--submit", "10.0.0.1:1", "-D", "execution.checkpointing.dir=/ck", "--restore",
                  "latest"}),
      "--restore latest: every submitted job has a directory of checkpoints of its own, which "
      "is empty then; name the checkpoint, or use weir restart. See --help");
}

}  // namespace
}  // namespace weir
