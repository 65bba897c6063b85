// SPDX-License-Identifier: Apache-2.0
// The table of settings and the kinds of values; see coordination/setting.hpp.
#include "coordination/setting.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <system_error>
#include <type_traits>
#include <vector>

#include "coordination/overloaded.hpp"
#include "coordination/size_text.hpp"
#include "coordination/suggestion.hpp"

namespace weir {

namespace {

constexpr std::string_view max_parallelism_key = "pipeline.max-parallelism";

constexpr std::string_view checkpoint_directory_key = "execution.checkpointing.dir";
constexpr std::string_view local_backup_directory_key = "execution.checkpointing.local-backup.dirs";
constexpr std::string_view restore_key = "execution.state-recovery.path";

// In the order of their enumerations.
constexpr std::array<std::string_view, 2> delivery_guarantees{"exactly-once", "at-least-once"};
constexpr std::array<std::string_view, 2> state_backends{"memory", "rocksdb"};
constexpr std::array<std::string_view, 5> restart_strategies{"automatic", "none", "fixed-delay",
                                                             "failure-rate", "exponential-delay"};

constexpr std::array<std::string_view, 2> poison_record_policies{"fail", "skip"};

template <auto Field>
constexpr choice_setting choice_of(std::span<const std::string_view> words) {
  using choice = std::remove_cvref_t<decltype(job_options{}.*Field)>;
  return {words,
          [](const job_options& options) { return static_cast<std::size_t>(options.*Field); },
          [](job_options& options, std::size_t n) { options.*Field = static_cast<choice>(n); }};
}

constexpr auto one_millisecond = std::chrono::milliseconds{1};
constexpr auto one_day = std::chrono::hours{24};
constexpr std::uint32_t most = 1'000'000;
constexpr std::uint64_t one_mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t most_memory = std::uint64_t{1} << 40;

constexpr std::array all_settings{
    setting{"parallelism.default", "subtasks of an operator that sets none",
            number_setting{&job_options::parallelism, 1, highest_max_parallelism,
                           &job_options::max_parallelism}},
    setting{max_parallelism_key, "key groups; fixed for the life of the state",
            number_setting{&job_options::max_parallelism, 1, highest_max_parallelism}},
    setting{"pipeline.operator-chaining", "run neighbouring operators in one task",
            switch_setting{&job_options::operator_chaining}},
    setting{"pipeline.require-uids", "require a uid of every operator with state",
            switch_setting{&job_options::require_uids}},
    setting{"taskmanager.count", "task managers of the job",
            number_setting{&job_options::task_managers, 1, 1024}},
    setting{"taskmanager.numberOfTaskSlots", "slots of each; 0 is as many as needed",
            number_setting{&job_options::slots_per_task_manager, 0, 1024}},
    setting{"slot.request.timeout", "how long a job waits for its slots; 0s is without limit",
            duration_setting{&job_options::slot_request_timeout, duration::zero(), one_day}},
    setting{"taskmanager.threads", "worker threads of a process; 0 is one a core",
            number_setting{&job_options::threads, 0, 1024}},
    setting{"taskmanager.memory.process.size",
            "what a process with tasks may take; 0 is as much as there is",
            size_setting{&job_options::process_memory, 0, most_memory}},
    setting{"taskmanager.cpu.cores", "cores that it may run on; 0 is all of them",
            number_setting{&job_options::process_cores, 0, 1024}},
    setting{"taskmanager.network.credits", "batches under way in one channel",
            number_setting{&job_options::credit_window, 2, 64}},
    setting{checkpoint_directory_key, "where checkpoints are kept; none: none are taken",
            text_setting{&job_options::checkpoint_directory, "none or a directory"}},
    setting{"execution.checkpointing.interval", "from the start of one to that of the next",
            duration_setting{&job_options::checkpoint_interval, one_millisecond, one_day}},
    setting{"execution.checkpointing.timeout", "one that takes longer has failed",
            duration_setting{&job_options::checkpoint_timeout, one_millisecond, one_day}},
    setting{"execution.checkpointing.min-pause", "from the end of one to the start of the next",
            duration_setting{&job_options::checkpoint_min_pause, duration::zero(), one_day}},
    setting{"execution.checkpointing.tolerable-failed-checkpoints",
            "failed ones in a row; one more fails the job",
            number_setting{&job_options::tolerable_failed_checkpoints, 0, most}},
    setting{"execution.checkpointing.num-retained", "completed ones that are kept, the newest",
            number_setting{&job_options::retained_checkpoints, 1, 1000}},
    setting{"execution.checkpointing.incremental",
            "a checkpoint leaves out what has not changed since the last",
            switch_setting{&job_options::incremental_checkpoints}},
    setting{"execution.checkpointing.mode", "how often a record may count after a failure",
            choice_of<&job_options::checkpoint_mode>(delivery_guarantees)},
    setting{"execution.checkpointing.retain-on-cancel", "a cancelled job leaves its checkpoints",
            switch_setting{&job_options::retain_checkpoints_on_cancel}},
    setting{"execution.checkpointing.savepoint-dir",
            "where savepoints go; none: to savepoints in execution.checkpointing.dir",
            text_setting{&job_options::savepoint_directory, "none or a directory"}},
    setting{"execution.checkpointing.drain-on-stop", "SIGUSR2 ends event time before it stops",
            switch_setting{&job_options::drain_on_stop}},
    setting{"execution.checkpointing.local-backup.enabled",
            "tasks restart from copies of their state on their own host, where there are",
            switch_setting{&job_options::local_backup}},
    setting{local_backup_directory_key,
            "where these copies are; none: in the system's temporary directory",
            text_setting{&job_options::local_backup_directory, "none or a directory"}},
    setting{restore_key, "the checkpoint to begin with",
            text_setting{&job_options::restore, "none, latest or a checkpoint's path"}},
    setting{"execution.state-recovery.request",
            "numbers a wish for that path: job managers after the first go on from the newest "
            "checkpoint since",
            optional_number_setting{&job_options::restore_request, 1}},
    setting{"execution.state-recovery.ignore-unclaimed-state",
            "leave behind state of operators that are gone",
            switch_setting{&job_options::allow_non_restored_state}},
    setting{"state.backend.type", "where keyed state lives",
            choice_of<&job_options::state_backend>(state_backends)},
    setting{"state.backend.rocksdb.localdir",
            "where RocksDB has its files; none: the system's temporary directory",
            text_setting{&job_options::rocksdb_directory, "none or a directory"}},
    setting{"state.backend.rocksdb.memory.fixed-per-tm",
            "blocks and write buffers of RocksDB, in a process",
            size_setting{&job_options::rocksdb_memory, 8 * one_mebibyte, most_memory}},
    setting{"state.backend.rocksdb.cache-size", "entries in memory, of one subtask of an operator",
            size_setting{&job_options::rocksdb_cache, 0, most_memory}},
    setting{
        "restart-strategy.type",
        "when a failed job is run again; automatic: exponential-delay with checkpoints, else none",
        choice_of<&job_options::restart>(restart_strategies)},
    setting{"restart-strategy.fixed-delay.attempts", "restarts in the life of the job",
            number_setting{&job_options::fixed_delay_attempts, 0, most}},
    setting{"restart-strategy.fixed-delay.delay", "the wait before each",
            duration_setting{&job_options::fixed_delay, duration::zero(), one_day}},
    setting{"restart-strategy.failure-rate.max-failures-per-interval",
            "failures that are answered by a restart",
            number_setting{&job_options::max_failures_per_interval, 0, most}},
    setting{"restart-strategy.failure-rate.failure-rate-interval", "the time they are counted in",
            duration_setting{&job_options::failure_rate_interval, one_millisecond, one_day}},
    setting{"restart-strategy.failure-rate.delay", "the wait before each restart",
            duration_setting{&job_options::failure_rate_delay, duration::zero(), one_day}},
    setting{"restart-strategy.exponential-delay.initial-backoff",
            "the wait before the first restart",
            duration_setting{&job_options::initial_backoff, one_millisecond, one_day}},
    setting{"restart-strategy.exponential-delay.max-backoff", "the longest wait",
            duration_setting{&job_options::max_backoff, one_millisecond, one_day}},
    setting{"restart-strategy.exponential-delay.backoff-multiplier",
            "by how much each wait is longer than the last",
            fraction_setting{&job_options::backoff_multiplier, 1, 100}},
    setting{"restart-strategy.exponential-delay.reset-backoff-threshold",
            "after running that long the wait is the first again",
            duration_setting{&job_options::reset_backoff_threshold, one_millisecond, one_day}},
    setting{"restart-strategy.exponential-delay.jitter-factor",
            "how far a wait strays at random, as a part of it",
            fraction_setting{&job_options::backoff_jitter, 0, 1}},
    setting{"restart-strategy.exponential-delay.attempts-before-reset-backoff",
            "restarts before the job has run that long; none: no limit",
            optional_number_setting{&job_options::attempts_before_reset_backoff, 0}},
    setting{"restart-strategy.poison-records",
            "what becomes of a record that has failed the job three times",
            choice_of<&job_options::poison_records>(poison_record_policies)},
    setting{"execution.seed", "makes random choices repeatable",
            optional_number_setting{&job_options::seed, 0}},
    setting{"progress.enabled", "whether progress is reported",
            switch_setting{&job_options::progress}},
    setting{"progress.interval", "how often progress is reported",
            duration_setting{&job_options::progress_interval, std::chrono::milliseconds{10},
                             std::chrono::hours{1}}},
};

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The fewest digits that mean the same number.
std::string fraction_text(double value) {
  std::array<char, 32> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), written.ptr};
}

std::string words_text(const choice_setting& choice) {
  std::string text;
  for (std::size_t n = 0; n < choice.words.size(); ++n) {
    if (n > 0) text.append(n + 1 < choice.words.size() ? ", " : " or ");
    text.append(choice.words[n]);
  }
  return text;
}

bool assign_value(const number_setting& number, std::string_view text, job_options& options) {
  const auto parsed = parse_number<std::uint32_t>(text);
  if (!parsed) return false;
  const bool in_range = number.min <= *parsed && *parsed <= number.max;
  if (!in_range && number.limit == nullptr) return false;
  options.*number.field = *parsed;
  return true;
}

bool assign_value(const switch_setting& flag, std::string_view text, job_options& options) {
  if (text != "true" && text != "false") return false;
  options.*flag.field = text == "true";
  return true;
}

bool assign_value(const duration_setting& span, std::string_view text, job_options& options) {
  const auto parsed = parse_duration(text);
  if (!parsed || *parsed < span.min || *parsed > span.max) return false;
  options.*span.field = *parsed;
  return true;
}

bool assign_value(const optional_number_setting& number, std::string_view text,
                  job_options& options) {
  const auto parsed = parse_number<std::uint64_t>(text);
  if (parsed ? *parsed < number.min : text != "none") return false;
  options.*number.field = parsed;
  return true;
}

bool assign_value(const size_setting& size, std::string_view text, job_options& options) {
  const auto parsed = parse_size(text);
  if (!parsed || *parsed < size.min || *parsed > size.max) return false;
  options.*size.field = *parsed;
  return true;
}

bool assign_value(const fraction_setting& fraction, std::string_view text, job_options& options) {
  const auto parsed = parse_number<double>(text);
  // Written so that "nan" is out of range.
  if (!parsed || !(fraction.min <= *parsed && *parsed <= fraction.max)) return false;
  options.*fraction.field = *parsed;
  return true;
}

bool assign_value(const text_setting& words, std::string_view text, job_options& options) {
  // More likely a variable of the shell that is not set than a wish.
  if (text.empty()) return false;
  options.*words.field = text == "none" ? "" : text;
  return true;
}

bool assign_value(const choice_setting& choice, std::string_view text, job_options& options) {
  const auto found = std::find(choice.words.begin(), choice.words.end(), text);
  if (found == choice.words.end()) return false;
  choice.set(options, static_cast<std::size_t>(found - choice.words.begin()));
  return true;
}

status check_range(const setting& which, const job_options& options) {
  bool in_range = true;
  std::string bounds;
  if (const auto* number = std::get_if<number_setting>(&which.value)) {
    const auto value = options.*number->field;
    in_range = number->limit != nullptr || (number->min <= value && value <= number->max);
    bounds = std::to_string(number->min) + " and " + std::to_string(number->max);
  } else if (const auto* span = std::get_if<duration_setting>(&which.value)) {
    const auto value = options.*span->field;
    in_range = span->min <= value && value <= span->max;
    bounds = to_string(span->min) + " and " + to_string(span->max);
  } else if (const auto* size = std::get_if<size_setting>(&which.value)) {
    const auto value = options.*size->field;
    in_range = size->min <= value && value <= size->max;
    bounds = size_text(size->min) + " and " + size_text(size->max);
  } else if (const auto* fraction = std::get_if<fraction_setting>(&which.value)) {
    const auto value = options.*fraction->field;
    in_range = fraction->min <= value && value <= fraction->max;
    bounds = fraction_text(fraction->min) + " and " + fraction_text(fraction->max);
  }
  if (in_range) return {};
  return error{
      error_code::invalid_argument,
      std::string{which.key} + " " + value_text(which, options) + ": must be between " + bounds};
}

}  // namespace

std::span<const setting> settings() { return all_settings; }

const setting* find_setting(std::string_view key) {
  const auto found = std::find_if(all_settings.begin(), all_settings.end(),
                                  [&](const setting& each) { return each.key == key; });
  return found == all_settings.end() ? nullptr : &*found;
}

std::string key_proposal(std::string_view unknown_key, std::string_view quote) {
  std::vector<std::string_view> keys;
  for (const setting& each : all_settings) keys.push_back(each.key);
  const std::string proposal = did_you_mean(unknown_key, keys, quote);
  return proposal.empty() ? "; --help lists the keys" : proposal;
}

std::string range_text(const setting& which) {
  return std::visit(
      overloaded{[](const number_setting& number) {
                   return std::to_string(number.min) + " to " + std::to_string(number.max);
                 },
                 [](const switch_setting&) { return std::string{"true or false"}; },
                 [](const duration_setting& span) {
                   return to_string(span.min) + " to " + to_string(span.max);
                 },
                 [](const optional_number_setting& number) {
                   return "none, or from " + std::to_string(number.min);
                 },
                 [](const size_setting& size) {
                   return size_text(size.min) + " to " + size_text(size.max);
                 },
                 [](const fraction_setting& fraction) {
                   return fraction_text(fraction.min) + " to " + fraction_text(fraction.max);
                 },
                 [](const text_setting& words) { return std::string{words.allowed}; },
                 [](const choice_setting& choice) { return words_text(choice); }},
      which.value);
}

std::string allowed_values(const setting& which) {
  return std::visit(overloaded{[](const number_setting& number) {
                                 return "an integer between " + std::to_string(number.min) +
                                        " and " + std::to_string(number.max);
                               },
                               [](const switch_setting&) { return std::string{"true or false"}; },
                               [](const duration_setting& span) {
                                 return "a duration such as 500ms between " + to_string(span.min) +
                                        " and " + to_string(span.max);
                               },
                               [](const optional_number_setting& number) {
                                 return "none or an integer from " + std::to_string(number.min);
                               },
                               [](const size_setting& size) {
                                 return "a size such as 64mb between " + size_text(size.min) +
                                        " and " + size_text(size.max);
                               },
                               [](const fraction_setting& fraction) {
                                 return "a number between " + fraction_text(fraction.min) +
                                        " and " + fraction_text(fraction.max);
                               },
                               [](const text_setting& words) { return std::string{words.allowed}; },
                               [](const choice_setting& choice) { return words_text(choice); }},
                    which.value);
}

std::string value_text(const setting& which, const job_options& options) {
  return std::visit(
      overloaded{
          [&](const number_setting& number) { return std::to_string(options.*number.field); },
          [&](const switch_setting& flag) {
            return std::string{options.*flag.field ? "true" : "false"};
          },
          [&](const duration_setting& span) { return to_string(options.*span.field); },
          [&](const optional_number_setting& number) {
            const auto& value = options.*number.field;
            return value ? std::to_string(*value) : std::string{"none"};
          },
          [&](const size_setting& size) { return size_text(options.*size.field); },
          [&](const fraction_setting& fraction) { return fraction_text(options.*fraction.field); },
          [&](const text_setting& words) {
            const auto& value = options.*words.field;
            return value.empty() ? std::string{"none"} : value;
          },
          [&](const choice_setting& choice) {
            return std::string{choice.words[choice.get(options)]};
          }},
      which.value);
}

status assign(const setting& which, std::string_view text, job_options& options) {
  const bool assigned =
      std::visit([&](const auto& kind) { return assign_value(kind, text, options); }, which.value);
  if (assigned) return {};
  return error{error_code::invalid_argument,
               "'" + std::string{text} + "' is not " + allowed_values(which)};
}

status check(const job_options& options) {
  for (const setting& each : all_settings) {
    if (auto checked = check_range(each, options); !checked) return checked;
  }
  if (options.restore == "latest" && options.checkpoint_directory.empty()) {
    return error{error_code::invalid_argument,
                 std::string{restore_key} + " latest: set " +
                     std::string{checkpoint_directory_key} +
                     ", the directory in which to look for the latest checkpoint"};
  }
  if (options.local_backup_directory.find(',') != std::string::npos) {
    return error{error_code::invalid_argument,
                 std::string{local_backup_directory_key} + " " + options.local_backup_directory +
                     ": name one directory, on the fastest disk of the host; Weir does not spread "
                     "copies over several"};
  }
  if (1 <= options.parallelism && options.parallelism <= options.max_parallelism) return {};
  return error{error_code::invalid_argument, "parallelism " + std::to_string(options.parallelism) +
                                                 ": must be between 1 and " +
                                                 std::to_string(options.max_parallelism) + " (" +
                                                 std::string{max_parallelism_key} + ")"};
}

}  // namespace weir
