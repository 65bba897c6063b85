// SPDX-License-Identifier: Apache-2.0
// The links of a process over sockets.
#pragma once

#include "coordination/process_links.hpp"
#include "network/endpoint_text.hpp"
#include "network/tcp_fabric.hpp"

namespace weir {

class fabric_links final : public process_links {
public:
  // `fabric` outlives the links.
  explicit fabric_links(tcp_fabric& fabric) : fabric_{&fabric} {}

  std::string endpoint() const override { return to_string(fabric_->local()); }
  status dial(process_id peer, const std::string& where) override {
    const auto parsed = parse_endpoint(where);
    return parsed ? fabric_->dial(peer, *parsed) : parsed.failure();
  }
  void forget(process_id peer) override { fabric_->forget(peer); }

private:
  tcp_fabric* fabric_;
};

}  // namespace weir
