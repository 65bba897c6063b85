// SPDX-License-Identifier: Apache-2.0
// The tree of znodes of a ZooKeeper ensemble, asked through ZooKeeper's C client: the one place
// that knows it. Weir is built with it where the client library is found (libzookeeper-mt-dev).
//
// The library's threads connect, and connect again after a loss, to any of the servers. A call
// waits for them, and for no longer than its time limit. A session that has expired is replaced by
// the next call.
#pragma once

#include <memory>
#include <string>

#include "api/time.hpp"
#include "coordination/znode_tree.hpp"

namespace weir {

struct zookeeper_options {
  // "user:password" of ZooKeeper's scheme "digest": nodes are made for this user alone. Empty:
  // anybody may change them.
  std::string digest{};
  // A server that is silent for two thirds of it is left for another one; within what the servers
  // allow (2 to 20 of their ticks).
  duration session_timeout = std::chrono::seconds{3};
  duration call_timeout = std::chrono::seconds{1};
};

class zookeeper_client final : public znode_tree {
public:
  // Connects when it is first asked. REQUIRES: `servers` is that of a parsed zookeeper_address, the
  // session timeout is at least a millisecond.
  zookeeper_client(std::string servers, zookeeper_options options);
  // Says good-bye to the server; waits for that for no longer than 3 s.
  ~zookeeper_client() override;

  void begin_call() override;
  status synchronise() override;
  result<std::optional<znode>> read(const std::string& path) override;
  result<std::vector<std::string>> children(const std::string& path) override;
  result<bool> commit(const std::vector<znode_change>& changes) override;

private:
  class session;
  class request;

  // Connects, if necessary.
  status connect(const std::string& activity);
  // The code of the library with which the request ended, after it was sent by `send`, which
  // returns whether it could be. Fails if no answer came in time.
  template <class Send>
  result<int> ask(const std::string& activity, const std::shared_ptr<request>& asked,
                  const Send& send);
  error failure_of(const std::string& activity, int code) const;

  std::string servers_;
  zookeeper_options options_;
  std::unique_ptr<session> session_;
  std::int64_t deadline_ = 0;  // Of this call, on the clock that is never set.
};

}  // namespace weir
