// SPDX-License-Identifier: Apache-2.0
// Arguments to a running job and back to an exit status; see coordination/run.hpp. The main thread
// sleeps in sigwait: it is woken by the user's SIGINT or SIGTERM, which cancel the job, SIGUSR1 and
// SIGUSR2, which ask for a savepoint, an order of its node, the end of a savepoint, or the job's.
#include "coordination/run.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "coordination/cluster/job_reporter.hpp"
#include "coordination/cluster/report_socket.hpp"
#include "coordination/cluster/submit_command.hpp"
#include "coordination/command_line.hpp"
#include "coordination/console.hpp"
#include "coordination/control_group.hpp"
#include "coordination/forwarding_listener.hpp"
#include "coordination/help_text.hpp"
#include "coordination/local_cluster.hpp"
#include "coordination/plan_text.hpp"
#include "coordination/process_limits.hpp"
#include "coordination/restore_check.hpp"
#include "coordination/restore_report.hpp"
#include "coordination/run_processes.hpp"
#include "coordination/slot_assignment.hpp"
#include "coordination/testing/simulate_command.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"
#include "state/whole_file.hpp"

namespace weir {

namespace {

const int job_ended_signal = SIGRTMIN;
const int savepoint_ended_signal = SIGRTMIN + 1;

void write_to_stderr(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int complain(const std::string& job, const error& cause) {
  write_to_stderr(job + ": " + cause.message + "\n");
  return exit_usage;
}

std::optional<std::size_t> terminal_width() {
  if (isatty(STDERR_FILENO) == 0) return std::nullopt;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

result<std::string> read_small_file(const std::string& path) {
  constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;
  posix_file_system files;
  return read_whole_file(files, path, most_bytes);
}

// Wakes the main thread when a savepoint has ended, and when the job has.
class waking_listener final : public forwarding_listener {
public:
  waking_listener(job_listener& next, pthread_t main_thread)
      : forwarding_listener{&next}, main_thread_{main_thread} {}

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override {
    forwarding_listener::on_state(state, cause, now);
    if (is_final(state)) pthread_kill(main_thread_, job_ended_signal);
  }
  void on_savepoint(const savepoint_outcome& outcome, processing_time now) override {
    forwarding_listener::on_savepoint(outcome, now);
    pthread_kill(main_thread_, savepoint_ended_signal);
  }

private:
  pthread_t main_thread_;
};

console_options console_options_of(const environment& env, const command_line& asked) {
  return {.job = env.graph().name,
          .least_log_level = asked.least_log_level,
          .shows_progress = asked.options.progress,
          .terminal_width = terminal_width()};
}

int submit_and_show(const environment& env, const command_line& asked,
                    const std::vector<std::string>& arguments) {
  console shown{console_options_of(env, asked), write_to_stderr};
  const auto print = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  };
  return submit_and_follow(env, asked, arguments, read_small_file, shown, print, write_to_stderr);
}

// What the main thread waits for.
sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGIO, job_ended_signal,
                         savepoint_ended_signal}) {
    sigaddset(&signals, each);
  }
  return signals;
}

// The savepoints that are to be taken, by order of the node, if there is one, or by that signal.
void hear_orders(const std::string& job, const std::optional<report_socket>& node, int received,
                 job_reporter& reporter) {
  if (received == SIGUSR1) reporter.on_ordered({});
  if (received == SIGUSR2) reporter.on_ordered({.stops = true});
  while (node) {
    auto order = node->receive_order();
    if (!order) {
      complain(job, order.failure());
    } else if (*order) {
      reporter.on_ordered(**std::move(order));
    } else {
      return;
    }
  }
}

void take_savepoints(running_job& job, job_reporter& reporter, bool drain_on_stop) {
  while (const auto order = reporter.next_order()) {
    if (order->stops) {
      job.stop_with_savepoint(order->directory, drain_on_stop);
    } else {
      job.savepoint(order->directory);
    }
  }
}

int run_to_the_end(const environment& env, const command_line& asked,
                   std::vector<std::string> arguments) {
  const auto signals = awaited_signals();
  // Before any thread starts, so that all inherit it.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Whoever has started this program may ignore it: then it would not come.
  signal(SIGCHLD, SIG_DFL);
  const auto* const descriptor = std::getenv(report_variable);
  const auto node = report_socket::inherited(descriptor == nullptr ? "" : descriptor);
  if (!node) return complain(env.graph().name, node.failure());
  console shown{console_options_of(env, asked), write_to_stderr};
  job_reporter reporter{shown, [&node](const full_report& report) {
                          if (*node) (*node)->send(report);
                        }};
  waking_listener listener{reporter, pthread_self()};
  std::unique_ptr<running_job> job;
  process_cluster* processes = nullptr;
  if (asked.processes.is_distributed()) {
    auto started = start_processes(env, asked, std::move(arguments), listener, read_small_file,
                                   write_to_stderr);
    if (!started) return complain(env.graph().name, started.failure());
    processes = started->get();
    reporter.on_listening(to_string(processes->local()));
    job = *std::move(started);
  } else {
    job = std::make_unique<local_cluster>(env.graph(), asked.options, &listener);
  }
  for (int received = 0; received != job_ended_signal;) {
    sigwait(&signals, &received);
    hear_orders(env.graph().name, *node, received, reporter);
    take_savepoints(*job, reporter, asked.options.drain_on_stop);
    if (received == SIGINT || received == SIGTERM) job->cancel();
    if (received == SIGCHLD && processes != nullptr) processes->on_child_signal();
  }
  switch (job->wait().state) {
    case job_state::finished:
      return exit_finished;
    case job_state::cancelled:
      return exit_cancelled;
    default:
      return exit_failed;
  }
}

int check_and_tell(const environment& env, const command_line& asked) {
  posix_file_system files;
  rocksdb_stores stores{files};
  const auto report = check_restore(std::make_shared<execution_graph>(env.graph(), asked.options),
                                    files, stores, asked.check_restore);
  if (!report) {
    complain(env.graph().name, report.failure());
    return exit_failed;
  }
  std::fputs(restore_report_text(*report).c_str(), stdout);
  return report->fits() ? exit_finished : exit_failed;
}

int simulate_and_tell(const environment& env, const command_line& asked) {
  const auto width = terminal_width();
  const auto clear = [&] {
    if (width) write_to_stderr("\r" + std::string(*width - 1, ' ') + "\r");
  };
  const simulate_output output{
      .line =
          [&](std::string_view text) {
            clear();
            write_to_stderr(text);
          },
      .progress =
          [&](std::string_view text) {
            if (width && asked.options.progress) {
              write_to_stderr("\r" + std::string{text.substr(0, *width - 1)});
            }
          },
  };
  return simulate_job(env, asked.options, *asked.simulate, output);
}

// Of a process in which tasks run: not of one that has others do it, as the job manager's may.
status limit_tasks(command_line& asked, bool joins) {
  const auto* const given = std::getenv(control_group_variable);
  const auto group = control_group::read(given == nullptr ? "" : given);
  if (!group) return group.failure();
  // What this process starts shares the group, and does not limit it anew.
  ::unsetenv(control_group_variable);
  if (asked.processes.is_distributed() && !joins) return {};
  const auto limits = limits_of(asked.options);
  if (*group) asked.options.threads = threads_within(limits, asked.options.threads);
  return limit_this_process(limits, *group);
}

status define_job(const std::function<void(environment&)>& define, environment& env) {
  try {
    define(env);
    return {};
  } catch (const std::exception& thrown) {
    return error{error_code::invalid_argument, thrown.what()};
  }
}

}  // namespace

int run(int argc, const char* const* argv, const std::string& job_name,
        const std::function<void(environment&)>& define) {
  // Twice: the job's parameters are needed to build it, and what it sets in code is a default.
  job_options widest;
  widest.max_parallelism = highest_max_parallelism;
  widest.checkpoint_directory = "/";
  auto first = parse_command_line(argc, argv, widest, read_small_file);
  if (!first) {
    // What is wrong even so is better said with the usual limits.
    auto usual = parse_command_line(argc, argv, job_options{}, read_small_file);
    return complain(job_name, usual ? first.failure() : usual.failure());
  }
  if (first->version) {
    std::fputs(version_text(job_name).c_str(), stdout);
    return exit_finished;
  }
  environment env{job_name, first->parameters};
  if (auto defined = define_job(define, env); !defined) {
    return complain(job_name, defined.failure());
  }
  if (first->help) {
    std::fputs(help_text(argv[0], env.options()).c_str(), stdout);
    return exit_finished;
  }
  auto asked = parse_command_line(argc, argv, env.options(), read_small_file);
  if (!asked) return complain(job_name, asked.failure());
  for (const auto& warning :
       unused_parameter_warnings(asked->parameters, env.parameters().known())) {
    write_to_stderr(job_name + ": " + warning + "\n");
  }
  if (auto valid = env.check(asked->options); !valid) {
    return complain(job_name, valid.failure());
  }
  if (asked->print_plan) {
    std::fputs(plan_text(execution_graph{env.graph(), asked->options}).c_str(), stdout);
    return exit_finished;
  }
  if (!asked->check_restore.empty()) return check_and_tell(env, *asked);
  if (asked->simulate) return simulate_and_tell(env, *asked);
  if (!asked->processes.submit.empty()) return submit_and_show(env, *asked, {argv, argv + argc});
  const bool joins = !place_to_join().empty() || !asked->processes.join.empty();
  if (auto limited = limit_tasks(*asked, joins); !limited) {
    return complain(job_name, limited.failure());
  }
  if (joins) return run_task_manager(env, *asked, read_small_file, write_to_stderr);
  return run_to_the_end(env, *asked, {argv, argv + argc});
}

}  // namespace weir
