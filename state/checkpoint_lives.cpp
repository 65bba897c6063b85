// SPDX-License-Identifier: Apache-2.0
// Links whose names are numbers; see state/checkpoint_lives.hpp.
#include "state/checkpoint_lives.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "state/whole_file.hpp"

namespace weir {

namespace {

constexpr std::string_view prefix = "life-";
constexpr std::string_view draft_infix = ".draft-";
constexpr std::uint64_t most_bytes = 1000;  // Of a token.
constexpr int most_tries = 100;

// 4 for "life-4". Names that we would not give are none of ours: "life-04", "life-4.old".
std::optional<std::uint32_t> life_of(std::string_view name) {
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  std::uint32_t life = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), life);
  if (failure != std::errc{} || end != name.data() + name.size()) return {};
  if (life == 0 || std::to_string(life) != name) return {};
  return life;
}

}  // namespace

checkpoint_lives::checkpoint_lives(file_system& files, std::string directory)
    : files_{&files}, directory_{std::move(directory)} {}

std::string checkpoint_lives::path_of(std::uint32_t life) const {
  return directory_ + "/" + std::string{prefix} + std::to_string(life);
}

result<std::uint32_t> checkpoint_lives::newest() const {
  const auto names = files_->list(directory_);
  if (!names) return names.failure();
  std::uint32_t newest = 0;
  for (const auto& name : *names) newest = std::max(newest, life_of(name).value_or(0));
  return newest;
}

result<attempt_token> checkpoint_lives::begin(std::uint64_t chance) {
  const std::string activity = "begin a life of the job in the checkpoint directory " + directory_;
  attempt_token token{.directory = chance,
                      .claim = static_cast<std::uint32_t>(chance ^ (chance >> 32U))};
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto former = newest();
    if (!former) return within(activity, former.failure());
    if (*former > 0) {
      const auto directory = directory_in(*former);
      // Removed since: there is a later one.
      if (!directory && directory.failure().code == error_code::not_found) continue;
      if (!directory) return within(activity, directory.failure());
      token.directory = *directory;
    }
    token.life = *former + 1;
    const auto is_ours = claim(token);
    if (!is_ours) return within(activity, is_ours.failure());
    if (!*is_ours) continue;
    remove_former(token.life);
    return token;
  }
  return error{error_code::in_use, activity + ": " + std::to_string(most_tries) +
                                       " times somebody else was first; give each job a directory "
                                       "of its own"};
}

result<std::uint64_t> checkpoint_lives::directory_in(std::uint32_t life) const {
  const auto path = path_of(life);
  const auto text = read_whole_file(*files_, path, most_bytes);
  if (!text) return text.failure();
  const auto token = parse_attempt_token(*text);
  if (token && token->life == life) return token->directory;
  return error{error_code::corrupt_data,
               path +
                   ": does not hold the token of that life; remove it if no job runs that has "
                   "this checkpoint directory"};
}

// Whether the link succeeded is told by what is there afterwards: it may have been made by a call
// that failed.
result<bool> checkpoint_lives::claim(const attempt_token& token) {
  const auto path = path_of(token.life);
  const auto text = to_string(token);
  const auto draft = path + std::string{draft_infix} + text.substr(text.size() - 8);
  if (auto written = write_whole_file(*files_, draft, text); !written) return written.failure();
  const auto linked = files_->link(draft, path);
  // Makes the link durable: a file of its directory is synced after it.
  const auto synced = write_whole_file(*files_, draft + ".sync", {});
  static_cast<void>(files_->remove(draft + ".sync"));
  static_cast<void>(files_->remove(draft));
  const auto holder = read_whole_file(*files_, path, most_bytes);
  const auto highest = newest();
  if (!highest) return highest.failure();
  if (*highest > token.life) return false;
  if (!holder) return linked ? holder.failure() : linked.failure();
  if (*holder != text) return false;
  if (!synced) return synced.failure();
  return true;
}

// What cannot be removed stays for the next life.
void checkpoint_lives::remove_former(std::uint32_t life) {
  const auto names = files_->list(directory_);
  if (!names) return;
  for (const auto& name : *names) {
    const auto draft = name.find(draft_infix);
    const auto of = life_of(std::string_view{name}.substr(0, draft));
    const bool is_former = of && (*of < life || (*of == life && draft != name.npos));
    if (is_former) static_cast<void>(files_->remove(directory_ + "/" + name));
  }
}

}  // namespace weir
