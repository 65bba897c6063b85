// SPDX-License-Identifier: Apache-2.0
// Gathering the splits of all former subtasks and dealing them out again.
#include "api/source_progress.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace weir {

namespace {

using splits_codec = codec<std::vector<split_progress>>;

error corrupt(const restored_operator& from, const std::string& what) {
  return {error_code::corrupt_data,
          "restore checkpoint " + std::to_string(from.checkpoint().value) + ": " + what};
}

constexpr const char* remedy = "; restore an older checkpoint";

result<std::vector<split_progress>> all_splits(const restored_operator& from) {
  const auto parts = from.parts(source_progress_part);
  if (parts.empty()) {
    return corrupt(from,
                   "it knows nothing of this source; restore one of a job that had the source, or "
                   "start afresh");
  }
  std::vector<split_progress> all;
  for (const auto& part : parts) {
    std::string_view bytes = part;
    auto splits = splits_codec::decode(bytes);
    if (!splits)
      return corrupt(from, "the splits of the source: " + splits.failure().message + remedy);
    if (!bytes.empty()) {
      return corrupt(from, "the splits of the source: " + std::to_string(bytes.size()) +
                               " bytes too many" + remedy);
    }
    std::move(splits->begin(), splits->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

std::string encode_source_progress(const std::vector<split_progress>& splits) {
  std::string bytes;
  splits_codec::encode(splits, bytes);
  return bytes;
}

result<std::vector<split_progress>> restore_source_progress(const restored_operator& from,
                                                            subtask_index subtask,
                                                            std::uint32_t parallelism) {
  auto all = all_splits(from);
  if (!all) return all;
  std::sort(all->begin(), all->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto twice = std::adjacent_find(all->begin(), all->end(),
                                        [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twice != all->end()) {
    return corrupt(from, "the source has the split " + twice->id +
                             " twice, and its records would be read twice" + remedy);
  }
  std::vector<split_progress> share;
  for (std::size_t i = 0; i < all->size(); ++i) {
    if (subtask_of_split(i, parallelism) == subtask) share.push_back(std::move((*all)[i]));
  }
  return share;
}

}  // namespace weir
