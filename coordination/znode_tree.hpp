// SPDX-License-Identifier: Apache-2.0
// What coordination/zookeeper_store.hpp needs of ZooKeeper: nodes with texts and versions, and
// changes that are made together or not at all. A test can stand in for the server here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"

namespace weir {

struct znode {
  std::string text{};
  std::int32_t version = 0;  // Counts the changes of the text.
};

// One of several that are made together.
struct znode_change {
  enum class kind : std::uint8_t { check, create, set, remove };
  static constexpr std::int32_t any_version = -1;

  kind what = kind::check;
  std::string path{};
  std::string text{};                  // Of `create` and `set`.
  std::int32_t version = any_version;  // What the node must have; not for `create`.
};

// Paths begin with '/' and do not end with it. Errors name the servers and what was being done;
// error_code::permission_denied: ZooKeeper does not let us. One participant uses an object at a
// time.
class znode_tree {
public:
  virtual ~znode_tree() = default;

  // What follows, up to the next time, is done within a time limit altogether, or fails.
  virtual void begin_call() = 0;
  // What is read from here on is not older than what anybody had been told to be made before.
  virtual status synchronise() = 0;
  // None: there is no such node.
  virtual result<std::optional<znode>> read(const std::string& path) = 0;
  // The names of the nodes right below, in any order; none if there is no such node.
  virtual result<std::vector<std::string>> children(const std::string& path) = 0;
  // Makes all the changes, one after the other, or none. False: none, as a node that must be there
  // is not, or has another version, or one that is to be created exists. After an error it is not
  // known which, and it may still happen later, unless a version that it checks has changed.
  virtual result<bool> commit(const std::vector<znode_change>& changes) = 0;
};

}  // namespace weir
