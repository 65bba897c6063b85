// SPDX-License-Identifier: Apache-2.0
// A high-availability store in ZooKeeper. Below a path of its own:
//
//   leader           the newest term, its holder, its beat (coordination/leadership_text.hpp)
//   entries/NAME     the entries
//
// 1. Every change is one transaction that also writes `leader`, provided that it has the version
// with
//    which its term was read. A term begins that way, too: nothing that an earlier one still does
//    can be made after that, however late a server hears of it. No entry is ever copied.
// 2. A change of our own whose answer was lost may be made late, but only until the next change of
//    anybody: it never undoes a later one.
// 3. A beat is such a change: whoever begins a term with the version that it saw knows that the
//    former leader has shown none since.
// 4. There is no ephemeral node: a session that expires costs a connection, not the lead. How long
// a
//    beat may stand still is for those who watch it to decide.
//
// A call reads what the servers agree on (`sync`). It takes no longer than the tree's time limit.
#pragma once

#include <memory>
#include <string>

#include "coordination/high_availability_store.hpp"
#include "coordination/znode_tree.hpp"

namespace weir {

class zookeeper_store final : public high_availability_store {
public:
  // The path and what is above it are made when the first term begins. REQUIRES: the path is one of
  // a parsed zookeeper_address.
  zookeeper_store(std::unique_ptr<znode_tree> tree, std::string path);

  result<leadership> look() override;
  result<bool> take(const leadership& seen, const std::string& holder) override;
  result<bool> renew(leader_term term) override;
  status resign(leader_term term) override;
  result<std::map<std::string, std::string>> entries() override;
  status put(leader_term term, const std::string& name, std::string_view text) override;
  status erase(leader_term term, const std::string& name) override;

private:
  // The newest leadership, and the version of its node; 0 and none if there has been no term.
  struct known_leader {
    leadership what{};
    std::optional<std::int32_t> version{};
  };

  result<known_leader> leader();
  // Writes `next` of the leader, and the changes `with`, together and until nothing comes between.
  // False, and nothing is changed, if a later term than `term` has begun.
  template <class Next, class With>
  result<bool> change_in(leader_term term, const Next& next, const With& with);
  status change_entry(leader_term term, const std::string& activity, const std::string& path,
                      const std::string* text);
  status make_paths();
  std::string entry_path(const std::string& name) const;

  std::unique_ptr<znode_tree> tree_;
  std::string path_;
  std::string leader_path_;
  std::string entries_path_;
};

}  // namespace weir
