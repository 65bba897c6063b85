// SPDX-License-Identifier: Apache-2.0
// The loop of network/tcp_transport_worker.hpp: events, bytes, time.
#include "network/tcp_transport_worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

namespace weir {

namespace {

constexpr std::uint64_t wakeup_number = 0;
constexpr std::uint64_t listening_number = 1;
// Bytes that are read from one connection before the others have their turn.
constexpr std::size_t largest_turn = 1024 * 1024;

processing_time now_steadily() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return processing_time{std::chrono::duration_cast<duration>(since_start)};
}

}  // namespace

tcp_transport::worker::worker(tcp_transport_settings settings, tcp_listener& listener,
                              tcp_socket listening)
    : settings_{std::move(settings)}, listener_{&listener}, listening_{std::move(listening)} {}

status tcp_transport::worker::prepare() {
  if (auto usable = inbox_->is_usable(); !usable) return usable;
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event wakeup{.events = EPOLLIN, .data = {.u64 = wakeup_number}};
  epoll_event listening{.events = EPOLLIN | EPOLLET, .data = {.u64 = listening_number}};
  if (epoll_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, inbox_->descriptor(), &wakeup) != 0 ||
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listening_.descriptor(), &listening) != 0) {
    return error{error_code::io_failure,
                 "make an epoll instance: the system has no descriptors left; raise `ulimit -n`"};
  }
  if (settings_.tls) received_.resize(frame_decoder::chunk);
  return {};
}

void tcp_transport::worker::begin() {
  WEIR_ASSERT(!thread_.joinable());
  now_ = now_steadily();
  thread_ = std::thread{[this] { run(); }};
}

tcp_transport::worker::~worker() {
  if (thread_.joinable()) {
    post([this] { is_ending_ = true; });
    thread_.join();
  }
  entries_.clear();
  if (epoll_ >= 0) ::close(epoll_);
}

void tcp_transport::worker::answer_call(std::uint64_t number) {
  auto* const called = find(number);
  if (called == nullptr) return;
  called->connection->flush();
  if (called->lingers_until) return;
  if (called->was_open && called->connection->take_became_writable()) {
    listener_->on_writable(*called->connection);
  }
  // What has arrived before it broke may say why.
  if (called->connection->broken()) read(*called);
  if (const auto why = called->connection->broken()) {
    called->connection->part().give_up(*why);
    take_events(*called);
  }
}

void tcp_transport::worker::run() {
  while (!is_ending_) run_once();
  end_everything();
  while (!entries_.empty()) run_once();
  inbox_->close();
}

void tcp_transport::worker::run_once() {
  wait_for_events();
  take_inbox();
  for (auto& [number, each] : entries_) {
    if (std::exchange(each.has_more, false)) each.lingers_until ? discard(each) : read(each);
  }
  now_ = now_steadily();
  keep_time();
  if (!is_ending_) dial_due();
  remove_gone();
}

void tcp_transport::worker::take_inbox() {
  const auto taken = inbox_->take();
  for (const auto number : taken.calls) answer_call(number);
  for (const auto& action : taken.actions) action();
}

void tcp_transport::worker::wait_for_events() {
  std::array<epoll_event, 64> events{};
  const int count =
      ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds_to_wait());
  now_ = now_steadily();
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    on_event(event.data.u64, event.events);
  }
}

int tcp_transport::worker::milliseconds_to_wait() const {
  auto first = processing_time::max();
  for (const auto& [number, each] : entries_) {
    if (each.has_more) return 0;
    first = std::min(first, each.lingers_until.value_or(each.connection->part().next_deadline()));
  }
  for (const auto& [id, each] : peers_) {
    if (each.address && each.open == 0 && each.attempt == 0 && !is_ending_) {
      first = std::min(first, each.dial_at);
    }
  }
  if (accept_at_) first = std::min(first, *accept_at_);
  if (first == processing_time::max()) return -1;
  const auto left = std::max(first - now_, duration::zero());
  // Rounded up, so that what is due then is.
  return static_cast<int>(std::min<std::int64_t>(left.count() / 1'000 + 1, 60'000));
}

void tcp_transport::worker::on_event(std::uint64_t number, std::uint32_t events) {
  if (number == wakeup_number) return;  // The inbox is read in every round.
  if (number == listening_number) return accept_all();
  auto* const found = find(number);
  if (found == nullptr) return;
  if (found->is_connecting) return finish_connecting(*found);
  if ((events & EPOLLOUT) != 0) found->connection->flush();
  found->has_more = true;
}

void tcp_transport::worker::read(entry& from) {
  auto& part = from.connection->part();
  for (std::size_t turn = 0; !part.is_closed(); turn += frame_decoder::chunk) {
    if (turn >= largest_turn) {
      from.has_more = true;
      return;
    }
    const bool has_tls = from.connection->has_tls();
    const auto room = has_tls ? std::span<char>{received_} : part.room();
    const auto got = from.connection->socket().read(room);
    if (!got) {
      part.on_cut(got.failure().message);
    } else if (got->is_ended) {
      part.on_cut("the other side has closed it without a goodbye");
    } else if (has_tls) {
      decrypt(from, {room.data(), got->bytes});
    } else {
      part.on_received(got->bytes, now_steadily());
    }
    take_events(from);
    if (!got || got->is_ended || got->bytes < room.size()) return;
  }
}

void tcp_transport::worker::decrypt(entry& from, std::string_view received) {
  auto& part = from.connection->part();
  const auto heard_at = now_steadily();
  if (!received.empty()) part.on_heard(heard_at);
  while (!part.is_closed()) {
    const auto got = from.connection->decrypt(received, part.room());
    if (!got) return part.give_up(got.failure());
    if (*got == 0) return;
    part.on_received(*got, heard_at);
    take_events(from);
  }
}

void tcp_transport::worker::discard(entry& from) {
  std::array<char, 4096> unread{};
  for (;;) {
    const auto got = from.connection->socket().read(unread);
    if (!got || got->is_ended) from.lingers_until = now_;  // They have it, or will never.
    if (!got || got->bytes < unread.size()) return;
  }
}

void tcp_transport::worker::keep_time() {
  if (accept_at_ && now_ >= *accept_at_ && !is_ending_) accept_all();
  for (auto& [number, each] : entries_) {
    auto& part = each.connection->part();
    if (each.lingers_until || now_ < part.next_deadline()) continue;
    // What came while this process stood still itself has not been read yet.
    if (part.is_silent(now_)) read(each);
    part.on_time(now_, each.connection->waiting() > 0);
    push_output(each);
    take_events(each);
  }
}

void tcp_transport::worker::remove_gone() {
  std::erase_if(entries_, [&](const auto& numbered) {
    const entry& each = numbered.second;
    if (!each.lingers_until || now_ < *each.lingers_until) return false;
    each.connection->close();
    return true;
  });
}

void tcp_transport::worker::end_everything() {
  accept_at_.reset();
  listening_.close();
  for (auto& [number, each] : entries_) {
    if (each.lingers_until) continue;
    each.connection->part().say_goodbye("process " + std::to_string(settings_.self.process.value) +
                                        " ends");
    take_events(each);
  }
}

tcp_transport::worker::entry* tcp_transport::worker::find(std::uint64_t number) {
  const auto found = entries_.find(number);
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace weir
