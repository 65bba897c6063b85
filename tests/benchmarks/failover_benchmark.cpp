// SPDX-License-Identifier: Apache-2.0
// How soon a job in three processes goes on when one of its task managers is killed, or stands
// still: the time from the signal to the first line of a committed file that was made after it. A
// state of so many keys is filled first; then a slow source asks for some of them, and what it gets
// is written, with the time at which it was made.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <pthread.h>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "api/environment.hpp"
#include "api/keyed_stream.hpp"
#include "api/state.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "coordination/command_line.hpp"
#include "coordination/run_processes.hpp"
#include "tests/benchmarks/benchmark.hpp"
#include "tests/benchmarks/child_process.hpp"

namespace weir::benchmarks {

namespace {

namespace fs = std::filesystem;

struct question {
  std::uint64_t key = 0;
  bool is_asked = false;  // By the slow source.
};

class counter {
public:
  void open(keyed_state<std::uint64_t>& state) { seen_ = state.value<std::uint64_t>("seen"); }
  void process(const question& each, keyed_process_context<std::uint64_t, std::string>& context) {
    ++seen_.value();
    if (each.is_asked) context.emit(std::to_string(seconds_now()));
  }

private:
  value_state<std::uint64_t> seen_;
};

void define(environment& env, std::uint64_t keys, const std::string& directory) {
  const auto filled = env.from(generator(keys, [](std::uint64_t i) { return question{i, false}; }));
  const auto asked = env.from(generator(unbounded, [keys](std::uint64_t i) {
                                return question{i % keys, true};
                              }).at_rate(2'000));
  filled.union_with(asked)
      .key_by(&question::key)
      .process<std::string>(counter{})
      .uid("count")
      .sink(file_sink(directory + "/output"));
}

result<std::string> no_file(const std::string& path) { return error{error_code::not_found, path}; }

// The job manager's process, and, started by it, those of the task managers.
int play(std::uint64_t keys, const std::string& directory) {
  environment env{"failover", {}};
  define(env, keys, directory);
  command_line asked;
  asked.options.threads = 1;
  asked.options.parallelism = 2;
  asked.options.task_managers = 2;
  asked.options.checkpoint_directory = directory + "/checkpoints";
  asked.options.checkpoint_interval = std::chrono::milliseconds{100};
  asked.options.initial_backoff = std::chrono::milliseconds{10};
  asked.options.max_backoff = std::chrono::milliseconds{10};
  asked.processes.here = 2;
  const auto write = [](std::string_view) {};
  if (!place_to_join().empty()) return run_task_manager(env, asked, no_file, write);
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &children, nullptr);
  class quiet_listener final : public job_listener {
    void on_state(job_state, const std::optional<error>&, processing_time) override {}
    void on_progress(const job_totals&, processing_time) override {}
  } listener;
  const auto job = start_processes(env, asked, {"failover"}, listener, no_file, write);
  if (!job) return 1;
  for (int received = 0; sigwait(&children, &received) == 0;) (*job)->on_child_signal();
  return 1;
}

// A job to be disturbed; its processes end with this.
class disturbed_job {
public:
  explicit disturbed_job(std::uint64_t keys) : keys_{keys} {
    fs::remove_all(directory_);
    process_ = std::make_unique<child_process>("failover", std::to_string(keys) + ' ' + directory_);
    while (!is_filled()) wait_a_little();
    static_cast<void>(seconds_until_output_after(seconds_now()));
  }
  disturbed_job(const disturbed_job&) = delete;
  disturbed_job& operator=(const disturbed_job&) = delete;
  ~disturbed_job() {
    process_.reset();
    fs::remove_all(directory_);
  }

  // Seconds until the job goes on.
  double disturb(int signal) {
    const auto all = children();
    if (all.empty()) std::exit(1);
    const pid_t victim = all[++turn_ % all.size()];
    const double start = seconds_now();
    ::kill(victim, signal);
    const double taken = seconds_until_output_after(start);
    ::kill(victim, SIGKILL);
    // Until its successor has its place.
    while (children().size() < 2) wait_a_little();
    static_cast<void>(seconds_until_output_after(seconds_now()));
    return taken;
  }

private:
  static void wait_a_little() { std::this_thread::sleep_for(std::chrono::milliseconds{1}); }

  std::vector<pid_t> children() const {
    const auto parent = std::to_string(process_->process());
    std::ifstream list{"/proc/" + parent + "/task/" + parent + "/children"};
    std::vector<pid_t> found;
    for (pid_t each = 0; list >> each;) found.push_back(each);
    return found;
  }

  // While keys are added, each checkpoint has nearly everything; then the newest has hardly
  // anything, and those it refers to have the rest.
  bool is_filled() const {
    constexpr std::uint64_t small = 1 << 20;
    std::map<std::uint64_t, std::uint64_t> bytes;  // Of what has a manifest, by checkpoint.
    std::uint64_t all = 0;
    std::error_code gone;  // Checkpoints are discarded while we look.
    for (fs::directory_iterator each{directory_ + "/checkpoints", gone}, end; each != end && !gone;
         each.increment(gone)) {
      const auto name = each->path().filename().string();
      if (!name.starts_with("chk-")) continue;
      std::uint64_t sum = 0;
      for (fs::directory_iterator file{each->path(), gone}; file != end && !gone;
           file.increment(gone)) {
        if (file->path().extension() == ".snap") sum += file->file_size(gone);
      }
      all += sum;
      if (fs::exists(each->path() / "manifest", gone)) bytes[std::stoull(name.substr(4))] = sum;
    }
    return !gone && !bytes.empty() && all >= keys_ * 16 &&
           bytes.rbegin()->second < std::max(all / 10, small);
  }

  // Until a committed line was made after `start`, which is a time of seconds_now().
  double seconds_until_output_after(double start) {
    const double give_up = seconds_now() + 30;
    for (;;) {
      if (seconds_now() > give_up) {
        std::fprintf(stderr, "the job does not go on\n");
        std::exit(1);
      }
      std::error_code gone;
      for (fs::directory_iterator each{directory_, gone}, end; each != end && !gone;
           each.increment(gone)) {
        const auto name = each->path().string();
        if (!each->is_regular_file(gone) || name.ends_with(".in-progress")) continue;
        if (!seen_.insert(name).second) continue;
        std::ifstream lines{name};
        double made = 0;
        for (double next = 0; lines >> next;) made = next;
        if (made > start) return seconds_now() - start;
      }
      wait_a_little();
    }
  }

  std::uint64_t keys_;
  std::string directory_ = (fs::temp_directory_path() / "weir_failover_benchmark").string();
  std::unique_ptr<child_process> process_;
  std::set<std::string> seen_;
  std::size_t turn_ = 0;
};

// What at most one of a hundred runs is longer than, by nearest rank.
double percentile_99(std::vector<double> of) {
  std::sort(of.begin(), of.end());
  return of[(of.size() * 99 + 99) / 100 - 1];
}

case_result failover(const settings& how) {
  case_result result{"s from the signal to the first committed line that was made after it", {}};
  disturbed_job job{how.records(12'500'000)};
  for (const auto& [name, signal, target] :
       {std::tuple{"SIGKILL", SIGKILL, 1.0}, std::tuple{"SIGSTOP", SIGSTOP, 1.5}}) {
    std::vector<double> runs;
    for (int i = 0; i < (how.miniature ? 1 : 100); ++i) runs.push_back(job.disturb(signal));
    result.figures.push_back({std::string{"median_"} + name, median(runs), 0, runs});
    result.figures.push_back({std::string{"p99_"} + name, percentile_99(runs), target});
    result.figures.push_back(
        {std::string{"greatest_"} + name, *std::max_element(runs.begin(), runs.end())});
  }
  return result;
}

const bool added_role = add_child_role("failover", [](const std::string& told, int) {
  std::istringstream words{told};
  std::uint64_t keys = 0;
  std::string directory;
  words >> keys >> directory;
  return words ? play(keys, directory) : 2;
});
const bool added_case = add_case(
    {"failover", "a task manager's process of 100 MB is killed, or stands still", failover});

}  // namespace

}  // namespace weir::benchmarks
