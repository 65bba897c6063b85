// SPDX-License-Identifier: Apache-2.0
// Words in, words out; see coordination/cluster/job_arguments.hpp.
#include "coordination/cluster/job_arguments.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "coordination/cluster/job_tls.hpp"
#include "coordination/command_line.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

// Which option a word begins; null: none.
const program_option* option_of(std::string_view word) {
  const auto all = program_options();
  const bool is_long = word.starts_with("--");
  if (!is_long && (word.size() < 2 || word.front() != '-')) return nullptr;
  const auto name = is_long ? word.substr(2, word.find('=') - 2) : word.substr(1, 1);
  const auto found = std::find_if(all.begin(), all.end(), [&](const program_option& each) {
    return is_long ? each.name == name : each.letter == name.front();
  });
  return found == all.end() ? nullptr : &*found;
}

// Whether its value is the next word.
bool takes_next(const program_option& option, std::string_view word) {
  if (option.value.empty()) return false;
  return word.starts_with("--") ? word.find('=') == std::string_view::npos : word.size() == 2;
}

// Calls `visit` with each option and its one word or two, and with null and each other word.
template <class Visit>
void for_each_option(std::span<const std::string> words, const Visit& visit) {
  while (!words.empty()) {
    const auto* const option = option_of(words.front());
    const bool has_next =
        option != nullptr && takes_next(*option, words.front()) && words.size() > 1;
    const std::size_t count = has_next ? 2 : 1;
    visit(option, words.first(count));
    words = words.subspan(count);
  }
}

std::string bracketed(const std::string& host) { return to_string(endpoint{host, 0}); }

std::vector<std::string> shared_arguments(const job_record& job) {
  // Which comes first gives way to the user's: the cluster looks for slots as long as there is the
  // job.
  std::vector<std::string> words{"-D", "slot.request.timeout=0s"};
  words.insert(words.end(), job.submitted.arguments.begin(), job.submitted.arguments.end());
  const auto give = [&words](const std::string& option, const std::string& value) {
    words.push_back(option);
    words.push_back(value);
  };
  give("-p", std::to_string(job.submitted.parallelism));
  give("-D", "taskmanager.count=" + std::to_string(job.task_managers));
  give("-D", "taskmanager.numberOfTaskSlots=" + std::to_string(job.slots_each));
  const auto directory = checkpoint_directory_of(job);
  if (!directory.empty()) give("-D", "execution.checkpointing.dir=" + directory);
  if (!job.restore.empty()) give("--restore", job.restore);
  // A job manager may be lost before its first checkpoint is reported: the next one of the same
  // wish finds that.
  const bool is_given = !job.restore.empty() && job.restore != "latest" && job.restores > 0;
  if (is_given) give("-D", "execution.state-recovery.request=" + std::to_string(job.restores));
  return words;
}

}  // namespace

std::vector<std::string> without_options(std::span<const std::string> words,
                                         std::span<const std::string_view> names) {
  std::vector<std::string> kept;
  for_each_option(words, [&](const program_option* option, std::span<const std::string> whole) {
    const bool goes =
        option != nullptr && std::find(names.begin(), names.end(), option->name) != names.end();
    if (!goes) kept.insert(kept.end(), whole.begin(), whole.end());
  });
  return kept;
}

std::vector<std::string> passed_on(std::span<const std::string> words) {
  constexpr std::array<std::string_view, 8> own{"submit",  "detach", "secret-file", "tls-cert",
                                                "tls-key", "tls-ca", "restore",     "parallelism"};
  return without_options(words, own);
}

result<std::vector<std::string>> arguments_on_node(std::span<const std::string> words,
                                                   const tls_paths& node) {
  constexpr std::string_view option_name = "job-tls";
  std::string wish = "node";
  for_each_option(words, [&](const program_option* option, std::span<const std::string> whole) {
    if (option == nullptr || option->name != option_name) return;
    const auto equals = whole.front().find('=');
    wish = equals == std::string::npos ? whole.back() : whole.front().substr(equals + 1);
  });
  const auto how = parse_job_tls(wish);
  if (!how) return within("--job-tls", how.failure());
  auto kept = without_options(words, std::span{&option_name, 1});
  for (auto& each : tls_arguments(how->on(node))) kept.push_back(std::move(each));
  return kept;
}

std::string checkpoint_directory_of(const job_record& job) {
  const auto& directory = job.submitted.checkpoint_directory;
  return directory.empty() ? "" : directory + "/" + job.id;
}

std::vector<std::string> job_manager_arguments(const job_record& job, const std::string& host) {
  auto words = shared_arguments(job);
  words.insert(words.end(), {"--listen", bracketed(host)});
  return words;
}

std::vector<std::string> task_manager_arguments(const job_record& job, const std::string& host,
                                                const std::string& job_manager) {
  auto words = shared_arguments(job);
  words.insert(words.end(), {"--join", job_manager, "--listen", bracketed(host)});
  return words;
}

}  // namespace weir
