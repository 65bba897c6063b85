// SPDX-License-Identifier: Apache-2.0
// A handle to an actor of another process. To CAF it is an actor: send, request, monitor, link and
// current_sender work; what it is sent travels over one connection, and it ends with that.
//
// Nothing is missing from what it delivers: a message that cannot be sent ends it, unless it is a
// request, whose sender gets the error for an answer. The actor's end is reported by the other
// process (wire_kind::down) and ends the proxy, which is what its monitors and links hear.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <caf/actor_proxy.hpp>

#include "network/fabric.hpp"
#include "network/message_codec.hpp"
#include "network/published_actors.hpp"
#include "network/tcp_connection.hpp"

namespace weir {

// What all proxies of a process share.
struct tcp_proxy_terms {
  process_id self;
  std::shared_ptr<const message_codec> codec;
  std::shared_ptr<published_actors> published;
  std::uint32_t max_frame = 0;  // Of what may be sent, in bytes.
  // A message could not be sent. Called on any thread.
  std::function<void(const error&)> report;
};

class tcp_proxy final : public caf::actor_proxy {
public:
  tcp_proxy(caf::actor_config& config, std::shared_ptr<const tcp_proxy_terms> terms,
            actor_address target, std::shared_ptr<tcp_connection> connection);

  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override;
  bool add_backlink(caf::abstract_actor* linked) override;
  bool remove_backlink(caf::abstract_actor* linked) override;
  // The connection is gone, or the actor behind it: monitors and links hear `reason`.
  void kill_proxy(caf::execution_unit* unit, caf::error reason) override;

  // The actor has linked itself to `local`, which hears of its end from now on; or not any more.
  void on_linked(const caf::strong_actor_ptr& local);
  void on_unlinked(const caf::strong_actor_ptr& local);

  actor_address target() const { return target_; }

private:
  actor_address address_of(const caf::strong_actor_ptr& actor) const;
  void send_message(const caf::mailbox_element& element, const caf::message& content);
  result<std::string> encode(const caf::mailbox_element& element,
                             const caf::message& content) const;
  void send_exit(const caf::exit_msg& told);
  void on_not_sent(const caf::mailbox_element& element, const error& why);
  bool is_end_of_linked(const caf::strong_actor_ptr& source);
  void tell_of_link(wire_kind kind, caf::abstract_actor* linked);

  std::shared_ptr<const tcp_proxy_terms> terms_;
  actor_address target_;
  std::shared_ptr<tcp_connection> connection_;
  std::mutex guard_;
  std::set<caf::actor_id> linked_;  // Actors of this process.
};

}  // namespace weir
