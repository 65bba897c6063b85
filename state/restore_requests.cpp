// SPDX-License-Identifier: Apache-2.0
// Empty files whose names say it all; see state/restore_requests.hpp.
#include "state/restore_requests.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "state/whole_file.hpp"

namespace weir {

namespace {

constexpr std::string_view prefix = "restore-";
constexpr std::string_view infix = ".after-";

struct mark {
  std::uint64_t request = 0;
  checkpoint_id highest;
};

std::string name_of(const mark& of) {
  return std::string{prefix} + std::to_string(of.request) + std::string{infix} +
         std::to_string(of.highest.value);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

// Names that we would not give are none of ours: "restore-03.after-1", "restore-3.after-1.old".
std::optional<mark> mark_of(std::string_view name) {
  const auto middle = name.find(infix);
  if (!name.starts_with(prefix) || middle == name.npos || middle < prefix.size()) return {};
  const auto request = number_in(name.substr(prefix.size(), middle - prefix.size()));
  const auto highest = number_in(name.substr(middle + infix.size()));
  if (!request || !highest) return {};
  const mark found{*request, {*highest}};
  if (name_of(found) != name) return {};
  return found;
}

}  // namespace

restore_requests::restore_requests(file_system& files, std::string directory)
    : files_{&files}, directory_{std::move(directory)} {}

result<checkpoint_id> restore_requests::begin(std::uint64_t request, checkpoint_id highest) {
  WEIR_ASSERT(request > 0);
  const auto activity = "note what the job begins with in the checkpoint directory " + directory_;
  const auto names = files_->list(directory_);
  if (!names) return within(activity, names.failure());
  std::vector<mark> others;
  std::optional<checkpoint_id> before;
  for (const auto& name : *names) {
    const auto found = mark_of(name);
    if (!found) continue;
    if (found->request != request) {
      others.push_back(*found);
    } else if (!before || found->highest < *before) {
      before = found->highest;
    }
  }
  // Before the new mark is there: a wish that comes back later must not find its old one.
  for (const auto& each : others) {
    const auto removed = files_->remove(directory_ + "/" + name_of(each));
    if (!removed) return within(activity, removed.failure());
  }
  if (before) return *before;
  const auto path = directory_ + "/" + name_of({request, highest});
  if (auto noted = write_whole_file(*files_, path, {}); !noted) {
    return within(activity, noted.failure());
  }
  return highest;
}

}  // namespace weir
