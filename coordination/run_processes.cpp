// SPDX-License-Identifier: Apache-2.0
// Settings of processes from arguments and environment; see coordination/run_processes.hpp.
#include "coordination/run_processes.hpp"

#include <cstdlib>
#include <optional>
#include <pthread.h>
#include <signal.h>
#include <utility>

#include "coordination/hexadecimal.hpp"
#include "coordination/joined_task_manager.hpp"
#include "coordination/program_identity.hpp"
#include "coordination/run.hpp"
#include "coordination/tls_options.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

const int dismissed_signal = SIGRTMIN;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// One that only processes know which this one starts.
std::string fresh_secret() {
  std::string digits;
  for (const char each : fresh_challenge()) {
    digits += hexadecimal(static_cast<unsigned char>(each)).substr(14);
  }
  return digits;
}

result<endpoint> place_to_listen(const process_request& asked, const endpoint& job_manager) {
  if (!variable(join_variable).empty()) return endpoint{job_manager.host, 0};
  if (!asked.listen.empty()) return parse_endpoint(asked.listen);
  if (is_loopback(job_manager)) return endpoint{job_manager.host, 0};
  return error{error_code::invalid_argument,
               "--join " + asked.join +
                   ": say with --listen HOST:PORT by which address the others "
                   "reach this process; port 0 is any that is free"};
}

// The number that the job manager's process has given it, or one that nobody else should have.
process_id own_number() {
  const auto given = std::strtoul(variable(process_number_variable).c_str(), nullptr, 10);
  if (given > 0) return {static_cast<std::uint32_t>(given)};
  const auto chance = fresh_challenge();
  std::uint32_t number = 0;
  for (const char each : chance.substr(0, 4)) {
    number = (number << 8U) | static_cast<unsigned char>(each);
  }
  constexpr std::uint32_t above_all_given = 1U << 31U;
  return {number | above_all_given};
}

}  // namespace

std::string place_to_join() { return variable(join_variable); }

result<std::unique_ptr<process_cluster>> start_processes(
    const environment& env, const command_line& asked, std::vector<std::string> arguments,
    job_listener& listener, const secret_reader& read, const text_writer& write) {
  const bool others_join = !asked.processes.listen.empty();
  auto text = given_secret(asked.processes.secret_file, read);
  if (!text) return text.failure();
  if (text->empty() && !others_join) text = fresh_secret();
  if (text->empty()) return secret_of(asked.processes.secret_file, read).failure();
  auto secret = cluster_secret::make(*text);
  if (!secret) return within("--secret-file", secret.failure());
  auto tls = read_tls_credentials(asked.processes.tls, read);
  if (!tls) return tls.failure();
  auto listen = others_join ? parse_endpoint(asked.processes.listen) : result{endpoint{}};
  if (!listen) return within("--listen", listen.failure());
  return process_cluster::start(
      env.graph(), asked.options, listener,
      {.secret = *std::move(secret),
       .tls = *std::move(tls),
       .listen = *std::move(listen),
       .processes = asked.processes.here,
       .command = {.program = own_program,
                   .arguments = std::move(arguments),
                   .variables = {std::string{secret_variable} + "=" + *text}},
       .report = reporter(env.graph().name, write)});
}

int run_task_manager(const environment& env, const command_line& asked, const secret_reader& read,
                     const text_writer& write) {
  const auto& job = env.graph().name;
  const auto complain = [&](const error& cause) {
    write(job + ": " + cause.message + "\n");
    return exit_usage;
  };
  auto secret = secret_of(asked.processes.secret_file, read);
  if (!secret) return complain(secret.failure());
  auto tls = read_tls_credentials(asked.processes.tls, read);
  if (!tls) return complain(tls.failure());
  const auto told = place_to_join();
  const auto job_manager = parse_endpoint(told.empty() ? asked.processes.join : told);
  if (!job_manager) return complain(within("--join", job_manager.failure()));
  auto listen = place_to_listen(asked.processes, *job_manager);
  if (!listen) return complain(listen.failure());

  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, dismissed_signal}) {
    sigaddset(&signals, each);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Those that are meant for the job reach its job manager, with which this process ends if it was
  // started by that.
  for (const int each : {SIGUSR1, SIGUSR2}) sigdelset(&signals, each);
  if (!told.empty()) {
    for (const int each : {SIGINT, SIGTERM}) sigdelset(&signals, each);
  }
  const auto report = reporter(job, write);
  std::optional<error> failure;
  const auto joined = joined_task_manager::start(
      env.graph(), asked.options,
      {.secret = *std::move(secret),
       .tls = *std::move(tls),
       .job_manager = *job_manager,
       .listen = *std::move(listen),
       .process = own_number(),
       .report = report,
       .on_dismissed = [&failure, main_thread = pthread_self()](const std::optional<error>& cause) {
         failure = cause;
         pthread_kill(main_thread, dismissed_signal);
       }});
  if (!joined) return complain(joined.failure());
  int received = 0;
  sigwait(&signals, &received);
  if (received != dismissed_signal) return exit_cancelled;
  if (!failure) return exit_finished;
  report(failure->message);
  return exit_failed;
}

}  // namespace weir
