// SPDX-License-Identifier: Apache-2.0
// Reads, and transactions that hold only if nothing has changed; see
// coordination/zookeeper_store.hpp.
#include "coordination/zookeeper_store.hpp"

#include <utility>

#include "coordination/leadership_text.hpp"

namespace weir {

namespace {

// A request of ZooKeeper has less than 1 MiB by default, a path and a check in it included.
constexpr std::size_t most_bytes = 1'000'000;

// Only changes of this participant that were taken for failed come between, and they are few.
constexpr int most_tries = 10;

using kind = znode_change::kind;

const auto nothing_else = [](std::vector<znode_change>&) { return status{}; };

}  // namespace

zookeeper_store::zookeeper_store(std::unique_ptr<znode_tree> tree, std::string path)
    : tree_{std::move(tree)},
      path_{std::move(path)},
      leader_path_{path_ + "/leader"},
      entries_path_{path_ + "/entries"} {
  WEIR_ASSERT(tree_ && path_.size() > 1 && path_.front() == '/' && path_.back() != '/');
}

std::string zookeeper_store::entry_path(const std::string& name) const {
  return entries_path_ + "/" + name;
}

result<zookeeper_store::known_leader> zookeeper_store::leader() {
  const auto node = tree_->read(leader_path_);
  if (!node) return node.failure();
  if (!*node) return known_leader{};
  auto what = decode_leadership((*node)->text);
  if (!what) {
    auto failure = within("znode " + leader_path_, what.failure());
    failure.message += "; give Weir a path of its own, or delete that znode if nobody leads";
    return failure;
  }
  return known_leader{.what = *std::move(what), .version = (*node)->version};
}

result<leadership> zookeeper_store::look() {
  tree_->begin_call();
  if (auto current = tree_->synchronise(); !current) return current.failure();
  auto found = leader();
  if (!found) return found.failure();
  return std::move(found->what);
}

// Nodes that are there stay as they are.
status zookeeper_store::make_paths() {
  const auto make = [this](const std::string& path) -> status {
    const auto made = tree_->commit({{.what = kind::create, .path = path}});
    return made ? status{} : made.failure();
  };
  for (auto end = path_.find('/', 1); end != std::string::npos; end = path_.find('/', end + 1)) {
    if (auto made = make(path_.substr(0, end)); !made) return made;
  }
  if (auto made = make(path_); !made) return made;
  return make(entries_path_);
}

result<bool> zookeeper_store::take(const leadership& seen, const std::string& holder) {
  tree_->begin_call();
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto found = leader();
    if (!found) return found.failure();
    if (found->what.term != seen.term || found->what.beat != seen.beat) return false;
    znode_change begin{.what = kind::create,
                       .path = leader_path_,
                       .text = encode_leadership({.term = seen.term + 1, .holder = holder})};
    if (found->version) {
      begin.what = kind::set;
      begin.version = *found->version;
    } else if (auto made = make_paths(); !made) {
      return made.failure();
    }
    const auto begun = tree_->commit({std::move(begin)});
    if (!begun || *begun) return begun;
    // Somebody was first, or the leader has written an entry.
  }
  return false;
}

template <class Next, class With>
result<bool> zookeeper_store::change_in(leader_term term, const Next& next, const With& with) {
  tree_->begin_call();
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto found = leader();
    if (!found) return found.failure();
    if (found->what.term > term) return false;
    if (found->what.term < term) {
      return error{error_code::corrupt_data,
                   "term " + std::to_string(term) + " is not known in " + path_ + ", only term " +
                       std::to_string(found->what.term) +
                       ": it was emptied, or begun anew from an old copy"};
    }
    std::vector<znode_change> changes{{.what = kind::set,
                                       .path = leader_path_,
                                       .text = encode_leadership(next(found->what)),
                                       .version = *found->version}};
    if (auto added = with(changes); !added) return added.failure();
    const auto made = tree_->commit(changes);
    if (!made || *made) return made;
  }
  return error{error_code::io_failure, "change " + path_ + ": somebody else changed it each of " +
                                           std::to_string(most_tries) +
                                           " times; nobody but the leader may write there"};
}

result<bool> zookeeper_store::renew(leader_term term) {
  return change_in(
      term,
      [](leadership of) {
        ++of.beat;
        return of;
      },
      nothing_else);
}

status zookeeper_store::resign(leader_term term) {
  const auto resigned = change_in(
      term,
      [](leadership of) {
        of.has_resigned = true;
        return of;
      },
      nothing_else);
  return resigned ? status{} : resigned.failure();
}

result<std::map<std::string, std::string>> zookeeper_store::entries() {
  tree_->begin_call();
  if (auto current = tree_->synchronise(); !current) return current.failure();
  const auto names = tree_->children(entries_path_);
  if (!names) return names.failure();
  std::map<std::string, std::string> all;
  for (const auto& name : *names) {
    if (!is_entry_name(name)) continue;  // Somebody else's.
    auto node = tree_->read(entry_path(name));
    if (!node) return node.failure();
    if (*node) all.emplace(name, std::move((*node)->text));  // Else erased meanwhile.
  }
  return all;
}

// Without a text it is erased.
status zookeeper_store::change_entry(leader_term term, const std::string& activity,
                                     const std::string& path, const std::string* text) {
  const auto changed = change_in(
      term, [](leadership same) { return same; },
      [&](std::vector<znode_change>& changes) -> status {
        const auto there = tree_->read(path);
        if (!there) return there.failure();
        if (text != nullptr) {
          changes.push_back(
              {.what = *there ? kind::set : kind::create, .path = path, .text = *text});
        } else if (*there) {
          changes.push_back({.what = kind::remove, .path = path});
        }
        return {};
      });
  if (!changed) return within(activity, changed.failure());
  if (*changed) return {};
  const auto found = leader();
  return error{error_code::in_use,
               activity + ": term " + std::to_string(term) + " is over, " +
                   (found ? "term " + std::to_string(found->what.term) : "a later one") +
                   " has begun in " + path_};
}

status zookeeper_store::put(leader_term term, const std::string& name, std::string_view text) {
  if (auto fitting = check_entry_name(name); !fitting) return fitting;
  if (text.size() > most_bytes) {
    return error{error_code::invalid_argument,
                 "write the entry " + name + ": it has " + std::to_string(text.size()) +
                     " bytes, but an entry in ZooKeeper has at most " + std::to_string(most_bytes)};
  }
  const std::string copy{text};
  return change_entry(term, "write the entry " + name, entry_path(name), &copy);
}

status zookeeper_store::erase(leader_term term, const std::string& name) {
  if (auto fitting = check_entry_name(name); !fitting) return fitting;
  return change_entry(term, "erase the entry " + name, entry_path(name), nullptr);
}

}  // namespace weir
