// SPDX-License-Identifier: Apache-2.0
// The list of a sink's prepared output, and its encoding.
#include "api/prepared_output.hpp"

#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

namespace weir {

namespace {

// One entry of the part. The checkpoint is for people who look into one.
struct prepared_entry {
  std::uint64_t checkpoint = 0;
  std::string prepared;
};
WEIR_FIELDS(prepared_entry, checkpoint, prepared)

using entries_codec = codec<std::vector<prepared_entry>>;

}  // namespace

void prepared_output::add(std::string prepared) {
  if (!prepared.empty()) entries_.push_back({std::nullopt, std::move(prepared)});
}

std::string prepared_output::on_snapshot(checkpoint_id checkpoint) {
  std::vector<prepared_entry> entries;
  for (auto& each : entries_) {
    if (!each.checkpoint) each.checkpoint = checkpoint;
    entries.push_back({each.checkpoint->value, each.prepared});
  }
  std::string part;
  entries_codec::encode(entries, part);
  return part;
}

const std::string* prepared_output::next(std::optional<checkpoint_id> completed) const {
  if (entries_.empty()) return nullptr;
  const auto& oldest = entries_.front();
  if (completed && (!oldest.checkpoint || *oldest.checkpoint > *completed)) return nullptr;
  return &oldest.prepared;
}

void prepared_output::forget_first() {
  WEIR_ASSERT(!entries_.empty());
  entries_.pop_front();
}

result<std::vector<std::string>> restore_prepared_output(const restored_operator& from) {
  const auto corrupt = [&](const std::string& cause) {
    return error{error_code::corrupt_data, "restore checkpoint " +
                                               std::to_string(from.checkpoint().value) +
                                               ": the prepared output of the sink: " + cause +
                                               "; restore an older checkpoint"};
  };
  std::vector<std::string> all;
  for (const auto& part : from.parts(prepared_output_part)) {
    std::string_view bytes = part;
    auto entries = entries_codec::decode(bytes);
    if (!entries) return corrupt(entries.failure().message);
    if (!bytes.empty()) return corrupt(std::to_string(bytes.size()) + " bytes too many");
    for (auto& each : *entries) all.push_back(std::move(each.prepared));
  }
  return all;
}

}  // namespace weir
