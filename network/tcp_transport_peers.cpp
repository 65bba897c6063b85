// SPDX-License-Identifier: Apache-2.0
// Who is dialed and accepted, and what becomes of a connection, in
// network/tcp_transport_worker.hpp.
#include <algorithm>
#include <chrono>
#include <string>
#include <sys/epoll.h>
#include <utility>

#include "network/tcp_transport_worker.hpp"

namespace weir {

namespace {

constexpr duration accept_pause = std::chrono::milliseconds{100};
// Who comes as fast as he is accepted does not keep the others waiting.
constexpr int most_accepted_in_a_turn = 16;
// Processes that nobody gave a number draw one, from here on, for each life.
constexpr std::uint32_t first_drawn_number = std::uint32_t{1} << 31U;

}  // namespace

tcp_transport::worker::peer& tcp_transport::worker::peer_of(process_id id) {
  return peers_.try_emplace(id, settings_.reconnects).first->second;
}

void tcp_transport::worker::dial(process_id id, const endpoint& where) {
  auto& to = peer_of(id);
  to.address = where;
  to.dial_at = now_;
}

void tcp_transport::worker::forget(process_id id) { peer_of(id).address.reset(); }

void tcp_transport::worker::dial_due() {
  for (auto& [id, to] : peers_) {
    if (to.address && to.open == 0 && to.attempt == 0 && to.dial_at <= now_) start_dialing(id, to);
  }
}

void tcp_transport::worker::start_dialing(process_id id, peer& to) {
  const auto name = "process " + std::to_string(id.value) + " at " + to_string(*to.address);
  auto socket = tcp_socket::connect(*to.address);
  if (!socket) {
    to.dial_at = now_ + to.backoff.next(settings_.chance());
    return listener_->on_not_connected(id, socket.failure());
  }
  std::string hello;
  auto greeting = handshake::dial(settings_.self, settings_.secret, id, fresh_challenge(), hello);
  connection part{settings_.connections, std::move(greeting), std::move(hello), now_};
  to.attempt = last_number_ + 1;
  add(std::move(*socket), std::move(part), {.name = name, .dialed = id, .is_connecting = true});
}

void tcp_transport::worker::accept_all() {
  accept_at_.reset();
  for (int i = 0; i < most_accepted_in_a_turn; ++i) {
    auto accepted = listening_.accept();
    if (!accepted) {
      // Most likely there is no descriptor left: what waits is taken later.
      accept_at_ = now_ + accept_pause;
      return listener_->on_not_connected({}, accepted.failure());
    }
    if (!*accepted) return;
    make_room_for_a_stranger();
    auto greeting = handshake::accept(settings_.self, settings_.secret, fresh_challenge());
    add(std::move(**accepted), connection{settings_.connections, std::move(greeting), {}, now_},
        {.name = "a stranger"});
  }
  accept_at_ = now_;
}

// Numbers grow, so the first that is found of a group is its oldest.
void tcp_transport::worker::make_room_for_a_stranger() {
  struct group {
    std::size_t count = 0;
    std::uint64_t oldest = 0;
  };
  group refused;
  group silent;
  group greeted;
  for (const auto& [number, each] : entries_) {
    if (each.was_open || each.dialed) continue;
    auto& of = each.lingers_until                    ? refused
               : each.connection->part().has_hello() ? greeted
                                                     : silent;
    if (of.count++ == 0) of.oldest = number;
  }
  if (refused.count + silent.count + greeted.count < settings_.most_greetings) return;
  const auto& longer = silent.count >= greeted.count ? silent : greeted;
  const auto chosen = entries_.find(refused.count > 0 ? refused.oldest : longer.oldest);
  if (!chosen->second.lingers_until) {
    report_stranger({error_code::io_failure,
                     "connect with a stranger: it is closed in its greeting: " +
                         std::to_string(settings_.most_greetings) + " others are in theirs"});
  }
  chosen->second.connection->close();
  entries_.erase(chosen);
}

void tcp_transport::worker::report_stranger(error why) {
  const auto held_back = stranger_reports_.pass(now_);
  if (!held_back) return;
  if (*held_back > 0) {
    why.message += "; " + std::to_string(*held_back) + " strangers before it were not reported";
  }
  listener_->on_not_connected({}, why);
}

std::unique_ptr<tls_channel> tcp_transport::worker::make_tls(tls_side side) const {
  return settings_.tls ? std::make_unique<tls_channel>(*settings_.tls, side) : nullptr;
}

void tcp_transport::worker::add(tcp_socket socket, connection part, entry made) {
  const auto number = ++last_number_;
  const int descriptor = socket.descriptor();
  made.connection = std::make_shared<tcp_connection>(
      number, std::move(socket), std::move(part), settings_.queues, inbox_,
      make_tls(made.dialed ? tls_side::dialer : tls_side::acceptor));
  auto& added = entries_.emplace(number, std::move(made)).first->second;
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u64 = number}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0) return;
  added.connection->part().on_cut("the system has no memory to watch it with");
  take_events(added);
}

void tcp_transport::worker::finish_connecting(entry& of) {
  of.is_connecting = false;
  if (auto connected = of.connection->socket().finish_connecting(); !connected) {
    of.connection->part().on_cut(connected.failure().message);
  }
  push_output(of);
  take_events(of);
}

void tcp_transport::worker::push_output(entry& of) {
  // Before it is connected, there is nobody to hear it.
  if (of.is_connecting) return;
  auto output = of.connection->part().take_output();
  // What cannot be sent any more ends the connection by other means.
  if (!output.empty()) static_cast<void>(of.connection->send(std::move(output)));
}

void tcp_transport::worker::take_events(entry& from) {
  if (from.lingers_until) return;
  auto& part = from.connection->part();
  for (auto event = part.next(); event != connection::event::none; event = part.next()) {
    switch (event) {
      case connection::event::deciding:
        decide(from);
        break;
      case connection::event::opened:
        on_opened(from);
        break;
      case connection::event::received:
        if (const auto taken = listener_->on_frame(*from.connection, part.frame()); !taken) {
          part.say_goodbye(taken.failure().message);
        }
        break;
      case connection::event::closed:
        return on_closed(from);
      case connection::event::none:
        return;
    }
  }
  push_output(from);
}

known_peer tcp_transport::worker::known(const peer& of, bool is_dialed_here) {
  known_peer found{.incarnation = of.incarnation, .is_open = of.open != 0};
  if (auto* const open = find(of.open)) found.is_dialed_here = open->dialed.has_value();
  if (auto* const attempt = find(of.attempt); attempt != nullptr && !is_dialed_here) {
    const auto& part = attempt->connection->part();
    found.has_proved = part.has_proved();
    if (part.has_proved()) found.incarnation = std::max(found.incarnation, part.peer().incarnation);
  }
  return found;
}

void tcp_transport::worker::decide(entry& about) {
  auto& part = about.connection->part();
  const auto id = part.peer().process;
  auto& of = peer_of(id);
  const bool is_dialed_here = about.dialed.has_value();
  const auto wanted = connection_choice{settings_.self.process}.decide(part.peer(), is_dialed_here,
                                                                       known(of, is_dialed_here));
  if (!wanted) return part.refuse(wanted.failure());
  for (const auto number : {of.open, is_dialed_here ? std::uint64_t{0} : of.attempt}) {
    if (auto* const other = find(number)) {
      other->connection->part().say_goodbye(std::string{superfluous_connection});
      take_events(*other);
    }
  }
  part.admit();
  if (part.is_open()) on_opened(about);
}

void tcp_transport::worker::on_opened(entry& about) {
  const auto& identity = about.connection->part().peer();
  auto& of = peer_of(identity.process);
  about.was_open = true;
  about.name = "process " + std::to_string(identity.process.value);
  of.incarnation = identity.incarnation;
  of.open = about.connection->number();
  of.attempt = 0;
  of.backoff.on_connected();
  push_output(about);  // The proof, before anybody can send something else.
  listener_->on_connected(about.connection);
}

void tcp_transport::worker::on_closed(entry& of) {
  const auto& why = of.connection->part().failure();
  push_output(of);
  of.connection->end_sending();
  of.lingers_until = now_;
  if (!of.is_connecting) *of.lingers_until += settings_.connections.heartbeat_timeout;
  of.has_more = true;
  const auto number = of.connection->number();
  for (auto& [id, each] : peers_) {
    if (each.open != number && each.attempt != number) continue;
    (each.open == number ? each.open : each.attempt) = 0;
    each.dial_at = now_ + each.backoff.next(settings_.chance());
  }
  // Whoever draws a number for himself never comes back under it.
  std::erase_if(peers_, [](const auto& known) {
    const auto& [id, each] = known;
    return id.value >= first_drawn_number && !each.address && each.open == 0 && each.attempt == 0;
  });
  if (of.was_open) {
    listener_->on_disconnected(*of.connection, within(of.name, why));
  } else if (of.dialed) {
    listener_->on_not_connected(of.dialed, within("connect with " + of.name, why));
  } else {
    report_stranger(within("connect with " + of.name, why));
  }
}

}  // namespace weir
