// SPDX-License-Identifier: Apache-2.0
// Znodes in memory, as several participants see them: connections are lost before a change, after
// it, or while it is on its way, so that it is made later, perhaps much later.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordination/znode_tree.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {

class simulated_znodes {
public:
  using kind = znode_change::kind;

  std::map<std::string, znode>& nodes() { return nodes_; }

  // As znode_tree::commit.
  bool commit(const std::vector<znode_change>& changes) {
    auto after = nodes_;
    for (const auto& change : changes) {
      const auto there = after.find(change.path);
      const bool is_there = there != after.end();
      if (change.what == kind::create ? is_there || !has_parent(after, change.path) : !is_there) {
        return false;
      }
      if (change.what == kind::create) {
        after[change.path] = znode{change.text, 0};
        continue;
      }
      if (checks_versions && change.version != znode_change::any_version &&
          change.version != there->second.version) {
        return false;
      }
      if (change.what == kind::set) {
        there->second = znode{change.text, there->second.version + 1};
      } else if (change.what == kind::remove) {
        after.erase(there);
      }
    }
    nodes_ = std::move(after);
    return true;
  }

  // Turned off, it is no ZooKeeper: writes of former leaders are made.
  bool checks_versions = true;

private:
  static bool has_parent(const std::map<std::string, znode>& in, const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || in.contains(path.substr(0, slash));
  }

  std::map<std::string, znode> nodes_;
};

// One participant's connection. With `random`, every twentieth request fails.
class simulated_znode_tree final : public znode_tree {
public:
  explicit simulated_znode_tree(simulated_znodes& of, random_numbers* random = nullptr,
                                std::function<void()> interruption = {})
      : of_{&of}, random_{random}, interruption_{std::move(interruption)} {}

  void begin_call() override {}
  status synchronise() override {
    pause();
    return fails() ? status{lost()} : status{};
  }
  result<std::optional<znode>> read(const std::string& path) override {
    pause();
    if (fails()) return lost();
    const auto there = of_->nodes().find(path);
    if (there == of_->nodes().end()) return std::optional<znode>{};
    return std::optional{there->second};
  }
  result<std::vector<std::string>> children(const std::string& path) override {
    pause();
    if (fails()) return lost();
    std::vector<std::string> names;
    for (const auto& [each, node] : of_->nodes()) {
      const auto slash = each.rfind('/');
      if (each.substr(0, slash) == path) names.push_back(each.substr(slash + 1));
    }
    return names;
  }
  result<bool> commit(const std::vector<znode_change>& changes) override {
    pause();
    if (!fails()) return of_->commit(changes);
    switch (random_->below(3)) {
      case 0:
        break;
      case 1:
        static_cast<void>(of_->commit(changes));
        break;
      default:
        on_their_way_.push_back(changes);
    }
    return lost();
  }

private:
  bool fails() { return random_ != nullptr && random_->below(20) == 0; }
  static error lost() { return {error_code::io_failure, "the connection was lost"}; }
  void pause() {
    if (interruption_) interruption_();
    if (on_their_way_.empty() || random_->below(4) != 0) return;
    static_cast<void>(of_->commit(on_their_way_.front()));
    on_their_way_.erase(on_their_way_.begin());
  }

  simulated_znodes* of_;
  random_numbers* random_;
  std::function<void()> interruption_;
  std::vector<std::vector<znode_change>> on_their_way_;
};

}  // namespace weir
