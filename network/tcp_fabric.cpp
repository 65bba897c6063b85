// SPDX-License-Identifier: Apache-2.0
// Handles, peers and what comes in, for network/tcp_fabric.hpp.
#include "network/tcp_fabric.hpp"

#include <algorithm>
#include <utility>

#include <caf/all.hpp>

#include "network/actor_frames.hpp"

// As in actors/caf_messages.hpp, which this folder does not see.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::peer_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::peer_down)

namespace weir {

namespace {

void kill(const caf::strong_actor_ptr& proxy, const caf::error& reason) {
  static_cast<tcp_proxy*>(proxy->get())->kill_proxy(nullptr, reason);
}

bool has_ended(const caf::strong_actor_ptr& actor) {
  return actor->get()->getf(caf::abstract_actor::is_terminated_flag);
}

// CAF compares handles by actor and node: so each connection is a node.
caf::node_id node_of(process_id process, std::uint64_t connection) {
  caf::node_id::default_data::host_id_type host{};
  for (std::size_t i = 0; i < sizeof connection; ++i) {
    host[i] = static_cast<std::uint8_t>(connection >> (8 * i));
  }
  return caf::make_node_id(process.value + 1, host);
}

}  // namespace

result<std::unique_ptr<tcp_fabric>> tcp_fabric::bind(caf::actor_system& system,
                                                     tcp_fabric_settings settings) {
  WEIR_ASSERT(settings.codec && settings.report);
  std::unique_ptr<tcp_fabric> made{new tcp_fabric{system, settings}};
  auto transport = tcp_transport::bind(std::move(settings.transport), *made);
  if (!transport) return transport.failure();
  made->transport_ = std::move(*transport);
  return made;
}

tcp_fabric::tcp_fabric(caf::actor_system& system, const tcp_fabric_settings& settings)
    : system_{&system},
      tell_writable_{settings.on_writable},
      tell_not_reached_{settings.on_not_reached} {
  auto published = published_actors::make(
      [this](std::uint64_t connection, std::uint64_t actor, const caf::error& reason) {
        on_actor_ended(connection, actor, reason);
      });
  terms_ = std::make_shared<const tcp_proxy_terms>(
      tcp_proxy_terms{.self = settings.transport.self.process,
                      .codec = settings.codec,
                      .published = std::move(published),
                      .max_frame = settings.transport.connections.max_frame,
                      .report = settings.report});
}

tcp_fabric::~tcp_fabric() {
  transport_.reset();
  terms_->published->silence();
}

actor_address tcp_fabric::publish(const caf::actor& local) {
  return {terms_->self, terms_->published->publish(caf::actor_cast<caf::strong_actor_ptr>(local))};
}

void tcp_fabric::publish_root(const caf::actor& root) {
  terms_->published->publish_root(caf::actor_cast<caf::strong_actor_ptr>(root));
  listen();
}

void tcp_fabric::listen() {
  std::call_once(listening_, [this] { transport_->listen(); });
}

caf::actor tcp_fabric::resolve(actor_address address) {
  if (address.process == terms_->self) {
    const auto found = terms_->published->find(address.actor);
    return !found || has_ended(found) ? caf::actor{} : caf::actor_cast<caf::actor>(found);
  }
  return caf::actor_cast<caf::actor>(proxy_for(address, connection_to(address.process)));
}

void tcp_fabric::watch_peers(const caf::actor& listener) {
  const std::scoped_lock lock{listeners_guard_};
  std::erase_if(listeners_,
                [](const caf::actor_addr& each) { return !caf::actor_cast<caf::actor>(each); });
  listeners_.push_back(listener.address());
  for (const auto peer : up_) caf::anon_send(listener, peer_up{peer});
}

bool tcp_fabric::is_writable(process_id peer) const {
  const auto connection = connection_to(peer);
  return connection && connection->is_writable();
}

tcp_fabric::connection_ptr tcp_fabric::connection_to(process_id peer) const {
  const std::scoped_lock lock{guard_};
  const auto found = open_.find(peer);
  return found == open_.end() ? nullptr : found->second;
}

// --- Proxies -------------------------------------------------------------------------------------

caf::strong_actor_ptr tcp_fabric::make_proxy(actor_address address, const connection_ptr& over) {
  caf::actor_config config;
  return caf::make_actor<tcp_proxy, caf::strong_actor_ptr>(
      address.actor, node_of(address.process, over ? over->number() : 0), system_, config, terms_,
      address, over);
}

caf::strong_actor_ptr tcp_fabric::proxy_for(actor_address address, const connection_ptr& over) {
  const auto is_open = [&] {
    const auto open = open_.find(address.process);
    return over && open != open_.end() && open->second == over;
  };
  caf::strong_actor_ptr ended;
  {
    const std::scoped_lock lock{guard_};
    const auto found = proxies_.find(address);
    if (found != proxies_.end() && is_open()) {
      if (!has_ended(found->second)) return found->second;
      ended = std::move(found->second);  // It could not send something.
      proxies_.erase(found);
    }
  }
  const auto proxy = make_proxy(address, over);
  bool is_kept = false;
  {
    const std::scoped_lock lock{guard_};
    if (is_open()) {
      const auto [kept, is_new] = proxies_.try_emplace(address, proxy);
      if (!is_new) return kept->second;
      is_kept = true;
    }
  }
  if (is_kept) {
    // If that fails, the connection is ending, and ends the proxy.
    static_cast<void>(over->send(encode_frame(actor_watched{address.actor})));
  } else {
    kill(proxy, caf::exit_reason::remote_link_unreachable);
  }
  return proxy;
}

caf::strong_actor_ptr tcp_fabric::seen_from(tcp_connection& from, actor_address address) {
  if (address.actor == 0) return nullptr;
  if (address.process == terms_->self) return terms_->published->find(address.actor);
  auto over = connection_to(address.process);
  // Not over a later connection than the one the address came in by.
  if (address.process == from.peer().process && over && over->number() != from.number()) {
    over = nullptr;
  }
  return proxy_for(address, over);
}

void tcp_fabric::on_actor_ended(std::uint64_t connection, std::uint64_t actor,
                                const caf::error& reason) {
  connection_ptr to;
  {
    const std::scoped_lock lock{guard_};
    for (const auto& [peer, open] : open_) {
      if (open->number() == connection) to = open;
    }
  }
  if (to) static_cast<void>(to->send(encode_frame(actor_ended{actor, to_wire(reason)})));
}

// --- Connections -----------------------------------------------------------------------------

void tcp_fabric::on_connected(const connection_ptr& opened) {
  const auto peer = opened->peer().process;
  {
    const std::scoped_lock lock{guard_};
    WEIR_ASSERT(open_.emplace(peer, opened).second);
  }
  const std::scoped_lock lock{listeners_guard_};
  up_.push_back(peer);
  for (const auto& each : listeners_) {
    if (const auto listener = caf::actor_cast<caf::actor>(each)) {
      caf::anon_send(listener, peer_up{peer});
    }
  }
}

void tcp_fabric::on_disconnected(tcp_connection& ended, const error& why) {
  const auto peer = ended.peer().process;
  std::vector<caf::strong_actor_ptr> proxies;
  {
    const std::scoped_lock lock{guard_};
    open_.erase(peer);
    const auto first = proxies_.lower_bound({peer, 0});
    auto last = first;
    for (; last != proxies_.end() && last->first.process == peer; ++last) {
      proxies.push_back(last->second);
    }
    proxies_.erase(first, last);
  }
  terms_->published->forget_watcher(ended.number());
  for (const auto& each : proxies) kill(each, caf::exit_reason::remote_link_unreachable);
  terms_->report(why);
  const std::scoped_lock lock{listeners_guard_};
  std::erase(up_, peer);
  std::erase_if(listeners_, [&](const caf::actor_addr& each) {
    const auto listener = caf::actor_cast<caf::actor>(each);
    if (listener) caf::anon_send(listener, peer_down{peer});
    return !listener;
  });
}

void tcp_fabric::on_writable(tcp_connection& connection) {
  if (tell_writable_) tell_writable_(connection.peer().process);
}

void tcp_fabric::on_not_connected(std::optional<process_id> dialed, const error& why) {
  terms_->report(why);
  if (dialed && tell_not_reached_) tell_not_reached_(*dialed, why);
}

// --- Frames ------------------------------------------------------------------------------------

status tcp_fabric::on_frame(tcp_connection& from, const wire_frame& received) {
  switch (received.kind) {
    case wire_kind::message:
      return on_message(from, received.payload);
    case wire_kind::bounce:
      return on_bounce(received.payload);
    case wire_kind::exit:
      return on_exit(from, received.payload);
    case wire_kind::watch:
      return on_watch(from, received.payload);
    case wire_kind::down:
      return on_down(from, received.payload);
    case wire_kind::link:
    case wire_kind::unlink:
      return on_link(from, received);
    default:
      return error{error_code::corrupt_data,
                   "read a " + std::string{to_string(received.kind)} + ": it does not belong here"};
  }
}

status tcp_fabric::on_message(tcp_connection& from, std::string_view payload) {
  const auto head = decode_head(payload);
  if (!head) return head.failure();
  const auto receiver = terms_->published->find(head->target);
  const caf::message_id id{head->id};
  if (!receiver) {
    if (!id.is_request() || id.is_response() || head->sender == 0) return {};
    // Where the sender is somewhere else, its own timeout has to do.
    if (head->sender_process != from.peer().process.value) return {};
    const request_bounced bounced{
        .target = head->sender,
        .id = id.response_id().integer_value(),
        .reason = to_wire(caf::make_error(caf::sec::request_receiver_down))};
    static_cast<void>(from.send(encode_frame(bounced)));
    return {};
  }
  auto content = terms_->codec->decode(payload);
  if (!content) return within("read a message", content.failure());
  const auto sender = seen_from(from, {{head->sender_process}, head->sender});
  receiver->enqueue(caf::make_mailbox_element(sender, id, {}, std::move(*content)), nullptr);
  return {};
}

status tcp_fabric::on_bounce(std::string_view payload) {
  const auto bounced = decode_bounce(payload);
  if (!bounced) return bounced.failure();
  const caf::message_id id{bounced->id};
  if (!id.is_response()) {
    return error{error_code::corrupt_data, "read a bounce: it is no response to anything"};
  }
  if (const auto receiver = terms_->published->find(bounced->target)) {
    receiver->enqueue(
        caf::make_mailbox_element(nullptr, id, {}, caf::make_message(from_wire(bounced->reason))),
        nullptr);
  }
  return {};
}

status tcp_fabric::on_exit(tcp_connection& from, std::string_view payload) {
  const auto told = decode_exit(payload);
  if (!told) return told.failure();
  const auto receiver = terms_->published->find(told->target);
  if (!receiver) return {};
  const auto source = seen_from(from, {{told->source_process}, told->source});
  receiver->enqueue(
      caf::make_mailbox_element(
          nullptr, caf::make_message_id(caf::message_priority::high), {},
          caf::exit_msg{caf::actor_cast<caf::actor_addr>(source), from_wire(told->reason)}),
      nullptr);
  return {};
}

status tcp_fabric::on_watch(tcp_connection& from, std::string_view payload) {
  const auto watched = decode_watch(payload);
  if (!watched) return watched.failure();
  if (!terms_->published->watch(watched->actor, from.number())) {
    const actor_ended unknown{watched->actor, to_wire(caf::make_error(caf::exit_reason::unknown))};
    static_cast<void>(from.send(encode_frame(unknown)));
  }
  return {};
}

status tcp_fabric::on_down(tcp_connection& from, std::string_view payload) {
  const auto ended = decode_down(payload);
  if (!ended) return ended.failure();
  caf::strong_actor_ptr proxy;
  {
    const std::scoped_lock lock{guard_};
    const auto found = proxies_.find({from.peer().process, ended->actor});
    if (found == proxies_.end()) return {};
    proxy = std::move(found->second);
    proxies_.erase(found);
  }
  kill(proxy, from_wire(ended->reason));
  return {};
}

status tcp_fabric::on_link(tcp_connection& from, const wire_frame& received) {
  const auto link = decode_link(received.payload);
  if (!link) return link.failure();
  const auto local = terms_->published->find(link->far);
  if (!local || link->near == 0) return {};
  const auto proxy = seen_from(from, {from.peer().process, link->near});
  auto& linked = *static_cast<tcp_proxy*>(proxy->get());
  received.kind == wire_kind::link ? linked.on_linked(local) : linked.on_unlinked(local);
  return {};
}

}  // namespace weir
