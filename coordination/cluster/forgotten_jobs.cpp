// SPDX-License-Identifier: Apache-2.0
// A list with a bound, as text; see coordination/cluster/forgotten_jobs.hpp.
#include "coordination/cluster/forgotten_jobs.hpp"

#include <algorithm>
#include <utility>

#include "api/codec.hpp"
#include "coordination/cluster/job_record.hpp"
#include "coordination/cluster/stored_entry.hpp"
#include "network/sha256.hpp"

namespace weir {

namespace {

constexpr std::string_view list_line = "weir forgotten jobs 1\n";

bool is_proper(const forgotten_job& one) { return is_job_id(one.id) && is_sha256(one.program); }

}  // namespace

void forgotten_jobs::add(forgotten_job one) {
  if (!is_proper(one)) return;
  std::erase_if(all_, [&](const forgotten_job& each) { return each.id == one.id; });
  all_.insert(all_.begin(), std::move(one));
  if (all_.size() > most_forgotten_jobs) all_.resize(most_forgotten_jobs);
}

std::vector<std::string> forgotten_jobs::programs_but(const std::set<std::string>& in_use) const {
  std::set<std::string> unused;
  for (const auto& each : all_) {
    if (!in_use.contains(each.program)) unused.insert(each.program);
  }
  return {unused.begin(), unused.end()};
}

std::string forgotten_jobs::stored_text() const {
  std::string fields;
  codec<std::vector<forgotten_job>>::encode(all_, fields);
  return to_stored_entry(list_line, fields);
}

result<forgotten_jobs> forgotten_jobs::read_stored(std::string_view text) {
  const auto wrong = [](const std::string& what) {
    return error{error_code::corrupt_data, "read the list of forgotten jobs: " + what};
  };
  if (!text.starts_with(list_line)) return wrong("it is none of version 1");
  auto fields = stored_fields(text, list_line.size());
  if (!fields) return wrong(fields.failure().message);
  auto all = codec<std::vector<forgotten_job>>::decode(*fields);
  if (!all) return within("read the list of forgotten jobs", all.failure());
  if (!fields->empty()) return wrong(std::to_string(fields->size()) + " bytes are left over");
  if (all->size() > most_forgotten_jobs || !std::all_of(all->begin(), all->end(), is_proper)) {
    return wrong("it has too many entries, or one that names no job or no program");
  }
  forgotten_jobs read;
  read.all_ = *std::move(all);
  return read;
}

}  // namespace weir
