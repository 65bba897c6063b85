// SPDX-License-Identifier: Apache-2.0
// Names in a directory; see coordination/directory_store.hpp.
#include "coordination/directory_store.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "state/whole_file.hpp"

namespace weir {

namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 20;  // Of an entry.

// The number behind "<kind>-" in a name; none in others.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view kind) {
  if (!name.starts_with(kind) || name.size() <= kind.size() + 1) return std::nullopt;
  name.remove_prefix(kind.size());
  if (name.front() != '-') return std::nullopt;
  name.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failed != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

std::uint64_t number_in(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

directory_store::directory_store(file_system& files, std::string path)
    : files_{&files}, path_{std::move(path)} {
  WEIR_ASSERT(!path_.empty());
}

std::string directory_store::path_of(std::string_view kind, leader_term term) const {
  return path_ + "/" + std::string{kind} + "-" + std::to_string(term);
}

status directory_store::write(const std::string& path, std::string_view text) {
  const auto name = path.rfind('/') + 1;
  const auto draft = path.substr(0, name) + ".draft-" + path.substr(name);
  if (auto written = write_whole_file(*files_, draft, text); !written) return written;
  return files_->rename(draft, path);
}

result<directory_store::known_terms> directory_store::terms() {
  const auto names = files_->list(path_);
  if (!names && names.failure().code == error_code::not_found) return known_terms{};
  if (!names) return names.failure();
  known_terms found;
  for (const auto& name : *names) {
    if (const auto term = number_of(name, "term")) found.begun = std::max(found.begun, *term);
    if (const auto term = number_of(name, "complete")) {
      found.complete = std::max(found.complete, *term);
    }
  }
  return found;
}

result<std::uint64_t> directory_store::beat_of(leader_term term) {
  const auto text = read_whole_file(*files_, path_of("beat", term), most_bytes);
  if (text) return number_in(*text);
  if (text.failure().code == error_code::not_found) return std::uint64_t{0};
  return text.failure();
}

result<leadership> directory_store::look() {
  const auto found = terms();
  if (!found) return found.failure();
  leadership seen{.term = found->begun};
  if (seen.term == 0) return seen;
  auto holder = read_whole_file(*files_, path_of("term", seen.term), most_bytes);
  if (!holder) return holder.failure();
  seen.holder = *std::move(holder);
  const auto beat = beat_of(seen.term);
  if (!beat) return beat.failure();
  seen.beat = *beat;
  const auto resigned = files_->stat(path_of("resigned", seen.term));
  seen.has_resigned = resigned.ok();
  if (!resigned && resigned.failure().code != error_code::not_found) return resigned.failure();
  return seen;
}

// Whether the link succeeded is told by what is there afterwards: it may have been made by a call
// that failed.
status directory_store::begin(leader_term term, const std::string& holder) {
  if (auto made = files_->make_directories(path_); !made) return made;
  const auto path = path_of("term", term);
  const auto draft = path_ + "/.draft-term-" + std::to_string(term) + "-" + holder;
  if (auto written = write_whole_file(*files_, draft, holder); !written) return written;
  const auto linked = files_->link(draft, path);
  const auto there = read_whole_file(*files_, path, most_bytes);
  static_cast<void>(files_->remove(draft));
  if (there) return {};
  return linked ? there.failure() : linked.failure();
}

status directory_store::copy_entries(leader_term from, leader_term to) {
  const auto directory = path_of("entries", to);
  if (auto made = files_->make_directories(directory); !made) return made;
  const auto former = entries_of(from);
  if (!former) return former.failure();
  for (const auto& [name, text] : *former) {
    if (auto written = write(directory + "/" + name, text); !written) return written;
  }
  return write(path_of("complete", to), {});
}

result<bool> directory_store::take(const leadership& seen, const std::string& holder) {
  const auto term = seen.term + 1;
  if (const auto before = terms(); !before) {
    return before.failure();
  } else if (before->begun >= term) {
    return false;
  }
  if (auto begun = begin(term, holder); !begun) return begun.failure();
  const auto leader = read_whole_file(*files_, path_of("term", term), most_bytes);
  if (!leader) return leader.failure();
  if (*leader != holder) return false;
  // Whoever shows a beat from here on is told that its term is over.
  const auto beat = beat_of(seen.term);
  if (!beat) return beat.failure();
  if (*beat != seen.beat) return false;
  // Only now: who completed a term before this one began may remove the entries of earlier ones.
  const auto found = terms();
  if (!found) return found.failure();
  if (auto copied = copy_entries(found->complete, term); !copied) return copied.failure();
  if (auto newest = check_newest(term, "begin a term"); !newest) {
    if (newest.failure().code == error_code::in_use) return false;
    return newest.failure();
  }
  remove_before(term);
  return true;
}

void directory_store::remove_before(leader_term term) {
  const auto names = files_->list(path_);
  if (!names) return;
  for (const auto& name : *names) {
    for (const std::string_view kind : {"term", "beat", "resigned", "complete", "entries"}) {
      const auto number = number_of(name, kind);
      if (!number || *number >= term) continue;
      const auto path = path_ + "/" + name;
      if (kind != "entries") {
        static_cast<void>(files_->remove(path));
        continue;
      }
      const auto inside = files_->list(path);
      if (!inside) continue;
      for (const auto& each : *inside) static_cast<void>(files_->remove(path + "/" + each));
      static_cast<void>(files_->remove_directory(path));
    }
  }
}

error directory_store::lost(leader_term term) const {
  return {error_code::corrupt_data, "term " + std::to_string(term) + " is not in " + path_ +
                                        " any more: was another disk mounted, or were files "
                                        "removed?"};
}

status directory_store::check_newest(leader_term term, const std::string& activity) {
  const auto found = terms();
  if (!found) return found.failure();
  if (found->begun < term) return lost(term);
  if (found->begun == term) return {};
  return error{error_code::in_use, activity + ": term " + std::to_string(term) + " is over, term " +
                                       std::to_string(found->begun) + " has begun in " + path_};
}

result<bool> directory_store::renew(leader_term term) {
  const auto found = terms();
  if (!found) return found.failure();
  if (found->begun > term) return false;
  if (found->begun < term) return lost(term);
  if (auto written = write(path_of("beat", term), std::to_string(++beat_)); !written) {
    return written.failure();
  }
  // One that begins later sees the beat.
  const auto afterwards = terms();
  if (!afterwards) return afterwards.failure();
  return afterwards->begun <= term;
}

status directory_store::resign(leader_term term) { return write(path_of("resigned", term), {}); }

result<std::map<std::string, std::string>> directory_store::entries_of(leader_term term) {
  std::map<std::string, std::string> all;
  if (term == 0) return all;
  const auto directory = path_of("entries", term);
  const auto names = files_->list(directory);
  if (!names) return names.failure();
  for (const auto& name : *names) {
    if (!is_entry_name(name)) continue;  // A draft.
    auto text = read_whole_file(*files_, directory + "/" + name, most_bytes);
    if (!text) return text.failure();
    all.emplace(name, *std::move(text));
  }
  return all;
}

result<std::map<std::string, std::string>> directory_store::entries() {
  auto found = terms();
  if (!found) return found.failure();
  // They are removed once a later term is complete, perhaps while they are being read.
  for (int tries = 0; tries < 10; ++tries) {
    auto all = entries_of(found->complete);
    const auto before = found->complete;
    found = terms();
    if (!found) return found.failure();
    if (found->complete == before) return all;
  }
  return error{error_code::io_failure,
               "read the entries in " + path_ + ": leaders follow each other faster than that"};
}

status directory_store::put(leader_term term, const std::string& name, std::string_view text) {
  if (auto fitting = check_entry_name(name); !fitting) return fitting;
  const auto activity = "write the entry " + name;
  if (auto newest = check_newest(term, activity); !newest) return newest;
  if (auto written = write(path_of("entries", term) + "/" + name, text); !written) return written;
  return check_newest(term, activity);
}

status directory_store::erase(leader_term term, const std::string& name) {
  if (auto fitting = check_entry_name(name); !fitting) return fitting;
  const auto activity = "erase the entry " + name;
  if (auto newest = check_newest(term, activity); !newest) return newest;
  const auto removed = files_->remove(path_of("entries", term) + "/" + name);
  if (!removed && removed.failure().code != error_code::not_found) return removed;
  return check_newest(term, activity);
}

}  // namespace weir
