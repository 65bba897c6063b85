// SPDX-License-Identifier: Apache-2.0
// Names, rolling, and clearing away what earlier attempts left.
#include "connectors/part_files.hpp"

#include <algorithm>
#include <utility>

#include "api/attempt_token.hpp"
#include "api/sometimes.hpp"

namespace weir {

namespace {

constexpr std::string_view unfinished_ending = ".in-progress";
constexpr std::string_view digits = "0123456789";

status refuse_directory(file_system& files, const std::string& path) {
  const auto there = files.stat(path);
  if (!there || there->what != file_status::kind::directory) return {};
  return error{error_code::invalid_argument,
               "write " + path + ": it is a directory; name a file in it"};
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
  });
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of(digits) == text.npos;
}

bool take(std::string_view& text, std::string_view beginning) {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

status require_positive(std::string_view word, std::optional<duration> interval,
                        const std::string& path) {
  if (!interval || *interval > duration::zero()) return {};
  return error{error_code::invalid_argument,
               "write " + path + ": " + std::string{word} + "(" + to_string(*interval) +
                   "): a file cannot be ended before it has begun; give it more than 0"};
}

processing_time later_by(processing_time time, duration span) {
  return time > processing_time::max() - span ? processing_time::max() : time + span;
}

// A task that begins late, when the job has gone on without it - in another attempt, or with
// another job manager - must not take what is being written for something left behind.
bool is_of_later_attempt(std::string_view token, std::string_view own) {
  const auto theirs = parse_attempt_token(token);
  const auto ours = parse_attempt_token(own);
  return theirs && ours && is_later(*theirs, *ours);
}

}  // namespace

part_files::part_files(const sink_context& context, part_file_options options)
    : context_{context}, options_{std::move(options)} {}

result<part_files> part_files::open(const sink_context& context, part_file_options options) {
  auto& files = *context.files;
  part_files opened{context, std::move(options)};
  const auto& path = opened.options_.path;
  if (context.has_checkpoints && !is_token(context.attempt_token)) {
    return error{error_code::invalid_argument,
                 "write " + path + ": the attempt's token '" + context.attempt_token +
                     "' cannot be part of a file name; make it of letters, digits, '-' and '_'"};
  }
  for (const auto& [word, interval] :
       {std::pair{"rollover_interval", opened.options_.rollover_interval},
        std::pair{"inactivity_interval", opened.options_.inactivity_interval}}) {
    if (auto checked = require_positive(word, interval, path); !checked) return checked.failure();
  }
  const auto final_path = context.has_checkpoints ? path : opened.names_of_next().finished;
  for (const auto& name : {path, final_path}) {
    if (auto checked = refuse_directory(files, name); !checked) return checked.failure();
  }
  if (const auto slash = path.rfind('/'); slash != path.npos && slash > 0) {
    if (auto made = files.make_directories(path.substr(0, slash)); !made) return made.failure();
  }
  if (context.has_checkpoints) return opened;
  if (auto begun = opened.begin_file(); !begun) {
    opened.abandon();
    return begun.failure();
  }
  return opened;
}

pending_names part_files::names_of_next() const {
  const auto part = options_.path + ".part-" + std::to_string(context_.subtask.value);
  if (!context_.has_checkpoints) {
    const auto of_all = part + "-of-" + std::to_string(context_.parallelism);
    return {of_all + std::string{unfinished_ending},
            context_.parallelism == 1 ? options_.path : of_all};
  }
  const auto file = context_.attempt_token + "-" + std::to_string(begun_);
  return {part + "." + file + std::string{unfinished_ending}, part + "-" + file};
}

status part_files::begin_file() {
  auto file = pending_file::create(*context_.files, names_of_next());
  if (!file) return file.failure();
  ++begun_;
  current_ = std::move(*file);
  began_at_ = now_;
  return current_->append(options_.header);
}

status part_files::end_file() {
  if (auto prepared = current_->prepare(); !prepared) return prepared;
  ended_.push_back(std::move(*current_));
  current_.reset();
  return {};
}

std::optional<processing_time> part_files::next_timer() const {
  if (!context_.has_checkpoints || !current_) return std::nullopt;
  std::optional<processing_time> next;
  if (options_.rollover_interval) next = later_by(began_at_, *options_.rollover_interval);
  if (options_.inactivity_interval) {
    const auto idle = later_by(written_at_, *options_.inactivity_interval);
    next = next ? std::min(*next, idle) : idle;
  }
  return next;
}

status part_files::on_time(processing_time now) {
  now_ = now;
  const auto due = next_timer();
  return due && *due <= now ? end_file() : status{};
}

status part_files::append(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (!current_) {
    if (auto begun = begin_file(); !begun) return begun;
  }
  if (auto appended = current_->append(bytes); !appended) return appended;
  written_at_ = now_;
  const bool is_full =
      context_.has_checkpoints && options_.roll_at && current_->size() >= *options_.roll_at;
  return is_full ? end_file() : status{};
}

result<std::string> part_files::prepare() {
  if (current_) {
    if (auto ended = end_file(); !ended) return ended.failure();
  }
  std::vector<pending_names> names;
  for (const auto& file : ended_) names.push_back(file.names());
  // A checkpoint will hold them; without one they are this writer's until they are committed.
  if (context_.has_checkpoints) ended_.clear();
  return encode_pending(names);
}

status part_files::commit(const std::string& prepared) {
  auto committed = commit_pending(*context_.files, prepared);
  if (committed && !context_.has_checkpoints) ended_.clear();
  return committed;
}

bool part_files::is_left_behind(std::string_view name) const {
  const auto slash = options_.path.rfind('/');
  const auto base = slash == std::string::npos ? options_.path : options_.path.substr(slash + 1);
  if (!take(name, base + ".part-") || !name.ends_with(unfinished_ending)) return false;
  name.remove_suffix(unfinished_ending.size());
  const auto subtask_end = std::min(name.find_first_not_of(digits), name.size());
  if (subtask_end == 0) return false;
  name.remove_prefix(subtask_end);
  // Without checkpoints all attempts of a job have the same names, and other subtasks write.
  if (take(name, "-of-")) return context_.has_checkpoints && is_number(name);
  if (!take(name, ".")) return false;
  const auto dash = name.rfind('-');
  if (dash == name.npos || !is_number(name.substr(dash + 1))) return false;
  const auto token = name.substr(0, dash);
  return is_token(token) && token != context_.attempt_token &&
         !is_of_later_attempt(token, context_.attempt_token);
}

status part_files::recover(const std::vector<std::string>& prepared) {
  auto& files = *context_.files;
  for (const auto& each : prepared) {
    if (auto committed = commit_pending(files, each); !committed) return committed;
  }
  const auto directory = directory_of(options_.path);
  const auto names = files.list(directory);
  if (!names) {
    if (names.failure().code == error_code::not_found) return {};
    return names.failure();
  }
  for (const auto& name : *names) {
    if (!is_left_behind(name)) continue;
    WEIR_SOMETIMES("a file that no checkpoint holds was removed");
    const auto removed = files.remove(directory == "/" ? "/" + name : directory + "/" + name);
    // Its writer may have removed it in this moment.
    if (!removed && removed.failure().code != error_code::not_found) return removed;
  }
  return {};
}

void part_files::abandon() {
  for (auto& file : ended_) file.abandon();
  ended_.clear();
  if (current_) current_->abandon();
  current_.reset();
}

}  // namespace weir
