// SPDX-License-Identifier: Apache-2.0
// What other threads may ask of network/tcp_transport.hpp.
#include "network/tcp_transport.hpp"

#include <utility>

#include "network/tcp_transport_worker.hpp"

namespace weir {

result<std::unique_ptr<tcp_transport>> tcp_transport::bind(tcp_transport_settings settings,
                                                           tcp_listener& listener) {
  WEIR_ASSERT(settings.chance);
  WEIR_ASSERT(settings.most_greetings > 0);
  if (auto valid = validate(settings.connections); !valid) return valid.failure();
  if (auto valid = validate(settings.queues); !valid) return valid.failure();
  if (auto valid = validate(settings.reconnects); !valid) return valid.failure();
  auto listening = tcp_socket::listen(settings.listen);
  if (!listening) return within("start the transport", listening.failure());
  auto made = std::make_unique<worker>(std::move(settings), listener, std::move(*listening));
  if (auto ready = made->prepare(); !ready) return within("start the transport", ready.failure());
  return std::unique_ptr<tcp_transport>{new tcp_transport{std::move(made)}};
}

tcp_transport::tcp_transport(std::unique_ptr<worker> made) : worker_{std::move(made)} {}

tcp_transport::~tcp_transport() = default;

endpoint tcp_transport::local() const { return worker_->local(); }

void tcp_transport::listen() { worker_->begin(); }

status tcp_transport::dial(process_id peer, const endpoint& where) {
  if (auto valid = validate(where); !valid) {
    return within("dial process " + std::to_string(peer.value), valid.failure());
  }
  worker_->post([this, peer, where] { worker_->dial(peer, where); });
  return {};
}

void tcp_transport::forget(process_id peer) {
  worker_->post([this, peer] { worker_->forget(peer); });
}

void tcp_transport::post(std::function<void()> action) { worker_->post(std::move(action)); }

}  // namespace weir
