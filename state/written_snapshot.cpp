// SPDX-License-Identifier: Apache-2.0
// Looking things up, and judging files; see state/written_snapshot.hpp.
#include "state/written_snapshot.hpp"

#include <algorithm>

namespace weir {

std::size_t content_name_hash::operator()(const content_name& name) const noexcept {
  std::uint64_t mixed = name.array * 0x9E3779B97F4A7C15ULL;
  mixed ^= (std::uint64_t{name.extent} << 32 | name.version) + (mixed >> 29);
  mixed *= 0xBF58476D1CE4E5B9ULL;
  return mixed ^ mixed >> 32;
}

const named_blocks* written_snapshot::find(operator_id of, const std::string& name) const {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const table& each) {
    return each.of == of && each.name == name;
  });
  return found == tables.end() ? nullptr : &found->parts;
}

const shared_file* written_snapshot::find_kept(operator_id of, const std::string& name) const {
  const auto found = std::find_if(kept.begin(), kept.end(), [&](const kept_file& each) {
    return each.of == of && each.name == name;
  });
  return found == kept.end() ? nullptr : &found->place;
}

std::vector<bool> written_snapshot::worth_referring_to(std::size_t most_files) const {
  std::vector<std::size_t> worth;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].referenced > 0 && files[i].referenced >= files[i].blocks / 2) worth.push_back(i);
  }
  std::stable_sort(worth.begin(), worth.end(), [&](std::size_t a, std::size_t b) {
    return files[a].referenced > files[b].referenced;
  });
  worth.resize(std::min(worth.size(), most_files));
  std::vector<bool> chosen(files.size());
  for (const auto i : worth) chosen[i] = true;
  return chosen;
}

void snapshot_history::add(std::shared_ptr<const written_snapshot> written) {
  written_.push_back(std::move(written));
}

std::shared_ptr<const written_snapshot> snapshot_history::take_base(checkpoint_id base) {
  std::shared_ptr<const written_snapshot> found;
  for (const auto& each : written_) {
    if (each->checkpoint == base) found = each;
  }
  written_.clear();
  if (found) written_.push_back(found);
  return found;
}

}  // namespace weir
