// SPDX-License-Identifier: Apache-2.0
// The thread behind network/tcp_transport.hpp, in edge-triggered epoll: a socket that could not be
// read or written to its end is reported when it can be again.
//
//   dialing --connected--> talking --part is closed--> lingering --flushed, peer has ended--> gone
//
// A connection lingers so that its last words arrive: closing a socket at once would throw away
// what the other side has not read yet. It does so for at most the heartbeat timeout.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "network/connection_choice.hpp"
#include "network/report_limit.hpp"
#include "network/tcp_transport.hpp"
#include "network/transport_inbox.hpp"

namespace weir {

class tcp_transport::worker {
public:
  worker(tcp_transport_settings settings, tcp_listener& listener, tcp_socket listening);
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  ~worker();

  // Fails if the system has no more descriptors.
  status prepare();
  // What was posted before is done first. REQUIRES: prepare() succeeded; it was not called before.
  void begin();
  endpoint local() const { return listening_.local(); }
  void dial(process_id id, const endpoint& where);
  void forget(process_id id);
  void post(std::function<void()> action) { inbox_->post(std::move(action)); }

private:
  // A connection, whatever its state.
  struct entry {
    std::shared_ptr<tcp_connection> connection{};
    std::string name{};  // For messages: "process 2 at 127.0.0.1:6123".
    std::optional<process_id> dialed{};
    bool is_connecting = false;
    bool was_open = false;
    bool has_more = false;  // There may be bytes to read of which epoll does not tell again.
    std::optional<processing_time> lingers_until{};
  };
  struct peer {
    explicit peer(const reconnect_settings& settings) : backoff{settings} {}
    std::optional<endpoint> address;
    reconnect_backoff backoff;
    processing_time dial_at{};
    std::uint64_t incarnation = 0;
    std::uint64_t open = 0;  // Numbers of connections; 0: none.
    std::uint64_t attempt = 0;
  };

  void run();
  void run_once();
  void take_inbox();
  void answer_call(std::uint64_t number);
  void wait_for_events();
  int milliseconds_to_wait() const;
  void on_event(std::uint64_t number, std::uint32_t events);
  void accept_all();
  void dial_due();
  void start_dialing(process_id id, peer& to);
  void add(tcp_socket socket, connection part, entry made);
  void finish_connecting(entry& of);
  void read(entry& from);
  void discard(entry& from);
  void take_events(entry& from);
  void decide(entry& about);
  known_peer known(const peer& of, bool is_dialed_here);
  void on_opened(entry& about);
  void push_output(entry& of);
  void on_closed(entry& of);
  void keep_time();
  void remove_gone();
  void end_everything();
  entry* find(std::uint64_t number);
  peer& peer_of(process_id id);
  void make_room_for_a_stranger();
  void report_stranger(error why);
  void decrypt(entry& from, std::string_view received);
  std::unique_ptr<tls_channel> make_tls(tls_side side) const;

  tcp_transport_settings settings_;
  tcp_listener* listener_;
  tcp_socket listening_;
  int epoll_ = -1;
  std::uint64_t last_number_ = 1;  // 0 and 1 are the wakeup and the listening socket.
  std::map<std::uint64_t, entry> entries_;
  std::map<process_id, peer> peers_;
  processing_time now_{};
  std::optional<processing_time> accept_at_;  // Again: others had their turn, or descriptors lack.
  report_limit stranger_reports_{10};
  std::vector<char> received_;  // With TLS, for one read after the other.
  bool is_ending_ = false;

  std::shared_ptr<transport_inbox> inbox_ = std::make_shared<transport_inbox>();
  std::thread thread_;
};

}  // namespace weir
