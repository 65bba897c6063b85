// SPDX-License-Identifier: Apache-2.0
// stopped_peer SECONDS: sends to another process as fast as that takes it, stops that process
// (SIGSTOP) for so long, and lets it go on. Meanwhile this process may grow by what its write queue
// may hold and some slack, and afterwards everything has arrived. First a sender that waits while
// the connection is not writable; then one that does not, whose connection ends at the queue's
// limit.
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "network/tcp_transport.hpp"

namespace {

using clock_type = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t frame_size = 32 * 1024;
constexpr weir::write_queue_limits limits{
    .most = 16 << 20, .high_mark = 4 << 20, .low_mark = 1 << 20};
// What malloc keeps, and pages that are touched for the first time.
constexpr std::uint64_t slack_kib = 8 * 1024;

// kB of the line "VmRSS:".
std::uint64_t resident_kib() {
  std::ifstream lines{"/proc/self/status"};
  for (std::string word; lines >> word;) {
    std::uint64_t size = 0;
    if (word == "VmRSS:" && lines >> size) return size;
  }
  return 0;
}

class side final : public weir::tcp_listener {
public:
  side(std::uint32_t process, seconds longest_stop,
       const weir::write_queue_limits& queue = limits) {
    auto secret = weir::cluster_secret::make("the secret of a stopped peer");
    auto started = weir::tcp_transport::bind(
        {.self = {.cluster = "stopped", .program = "p", .process = {process}, .incarnation = 1},
         .secret = *std::move(secret),
         // Longer than the stop: else the connection ends, and there is nothing to see.
         .connections = {.heartbeat_timeout = 3 * longest_stop + seconds{60}},
         .queues = queue,
         .chance = [] { return std::uint64_t{0}; }},
        *this);
    if (!started) {
      std::fprintf(stderr, "stopped_peer: %s\n", started.failure().message.c_str());
      std::exit(1);
    }
    transport_ = std::move(*started);
    transport_->listen();
  }
  ~side() override { transport_.reset(); }

  weir::tcp_transport& transport() { return *transport_; }
  std::shared_ptr<weir::tcp_connection> connected() {
    std::unique_lock lock{guard_};
    changed_.wait(lock, [&] { return connection_ != nullptr; });
    return connection_;
  }
  // False if that takes too long.
  bool wait_until_writable(milliseconds span) {
    std::unique_lock lock{guard_};
    return changed_.wait_for(lock, span, [&] { return connection_->is_writable(); });
  }
  // What the other side says that it has received in all.
  std::uint64_t wait_for_count(std::uint64_t count) {
    std::unique_lock lock{guard_};
    changed_.wait_for(lock, seconds{30}, [&] { return counted_ >= count; });
    return counted_;
  }

private:
  void on_connected(const std::shared_ptr<weir::tcp_connection>& opened) override {
    const std::scoped_lock lock{guard_};
    connection_ = opened;
    changed_.notify_all();
  }
  // Large frames are counted in their order; every small one is an answer with the count.
  weir::status on_frame(weir::tcp_connection& from, const weir::wire_frame& received) override {
    const auto number =
        std::strtoull(std::string{received.payload.substr(0, 20)}.c_str(), nullptr, 10);
    const std::scoped_lock lock{guard_};
    if (received.payload.size() < frame_size) {
      counted_ = number;
      changed_.notify_all();
      return {};
    }
    if (number != counted_)
      return weir::error{weir::error_code::corrupt_data, "a frame is missing"};
    ++counted_;
    std::string answer;
    weir::append_wire_frame(weir::wire_kind::message, std::to_string(counted_), answer);
    return from.send(std::move(answer));
  }
  void on_disconnected(weir::tcp_connection&, const weir::error&) override {}
  void on_writable(weir::tcp_connection&) override {
    const std::scoped_lock lock{guard_};
    changed_.notify_all();
  }
  void on_not_connected(std::optional<weir::process_id>, const weir::error&) override {}

  std::mutex guard_;
  std::condition_variable changed_;
  std::shared_ptr<weir::tcp_connection> connection_;
  std::uint64_t counted_ = 0;
  std::unique_ptr<weir::tcp_transport> transport_;
};

// The other process: dials the port that comes through the pipe, and counts until it is killed.
[[noreturn]] void be_the_peer(int pipe, seconds stop) {
  std::uint16_t port = 0;
  if (::read(pipe, &port, sizeof port) != sizeof port) ::_exit(1);
  side peer{2, stop};
  if (!peer.transport().dial({1}, {"127.0.0.1", port})) ::_exit(1);
  while (::getppid() != 1) static_cast<void>(peer.wait_for_count(UINT64_MAX));
  ::_exit(0);
}

struct run_figures {
  std::uint64_t frames = 0;
  std::uint64_t arrived = 0;
  std::uint64_t grown_kib = 0;
  std::size_t most_waiting = 0;
  std::string end{};
};

weir::status send_one(weir::tcp_connection& to, std::uint64_t number) {
  auto payload = std::to_string(number) + " ";
  payload.resize(frame_size, 'x');
  std::string frame;
  weir::append_wire_frame(weir::wire_kind::message, payload, frame);
  return to.send(std::move(frame));
}

run_figures send_to_a_stopped_peer(seconds stop, bool waits,
                                   const weir::write_queue_limits& queue = limits) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) std::exit(1);
  const auto child = ::fork();  // While there is one thread only.
  if (child == 0) be_the_peer(pipe[0], stop);
  run_figures seen;
  {
    side sender{1, stop, queue};
    const auto port = sender.transport().local().port;
    if (::write(pipe[1], &port, sizeof port) != sizeof port) std::exit(1);
    const auto connection = sender.connected();
    // Warm: what the first seconds of a connection need is not what a stop costs.
    for (; seen.frames < 2'000; ++seen.frames) {
      sender.wait_until_writable(seconds{30});
      static_cast<void>(send_one(*connection, seen.frames));
    }
    sender.wait_for_count(seen.frames);
    const auto before = resident_kib();
    ::kill(child, SIGSTOP);
    const auto end = clock_type::now() + stop;
    while (clock_type::now() < end) {
      if (!waits || sender.wait_until_writable(milliseconds{20})) {
        const auto sent = send_one(*connection, seen.frames);
        if (sent) ++seen.frames;
        if (!sent && seen.end.empty()) seen.end = sent.failure().message;
        if (!sent) sender.wait_until_writable(milliseconds{20});
      }
      seen.most_waiting = std::max(seen.most_waiting, connection->waiting());
      const auto now_kib = resident_kib();
      if (now_kib > before) seen.grown_kib = std::max(seen.grown_kib, now_kib - before);
    }
    ::kill(child, SIGCONT);
    seen.arrived = waits ? sender.wait_for_count(seen.frames) : 0;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  ::close(pipe[0]);
  ::close(pipe[1]);
  return seen;
}

bool print(const char* what, seconds stop, std::size_t queue, const run_figures& seen) {
  const auto may_grow = (queue >> 10) + slack_kib;
  std::printf(
      "stopped_peer: %s: stopped for %lld s, %zu KiB waited at most (%zu may), resident memory "
      "grew by %llu KiB (%llu may)\n",
      what, static_cast<long long>(stop.count()), seen.most_waiting >> 10, queue >> 10,
      static_cast<unsigned long long>(seen.grown_kib), static_cast<unsigned long long>(may_grow));
  return seen.most_waiting <= queue && seen.grown_kib <= may_grow;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::atoi(argv[1]) < 1) {
    std::fputs("usage: stopped_peer SECONDS\n", stderr);
    return 2;
  }
  const seconds stop{std::atoi(argv[1])};
  const auto waiting = send_to_a_stopped_peer(stop, true);
  // One frame more than the mark: the one that passes it.
  bool is_right = print("a sender that waits", stop, limits.high_mark + frame_size + 1024, waiting);
  std::printf("stopped_peer: %llu frames sent, %llu arrived in their order\n",
              static_cast<unsigned long long>(waiting.frames),
              static_cast<unsigned long long>(waiting.arrived));
  is_right = is_right && waiting.arrived == waiting.frames && waiting.end.empty() &&
             waiting.most_waiting > limits.low_mark;
  const auto hasty = send_to_a_stopped_peer(stop, false);
  is_right = print("one that does not", stop, limits.most, hasty) && is_right;
  std::printf("stopped_peer: that ends: %s\n", hasty.end.c_str());
  // The check itself: a queue without the bound is seen.
  auto unbounded = limits;
  unbounded.most = std::size_t{4} * limits.most;
  const auto greedy = send_to_a_stopped_peer(seconds{1}, false, unbounded);
  if (print("one with four times the queue, which is not accepted", seconds{1}, limits.most,
            greedy)) {
    std::puts("stopped_peer: any memory is accepted");
    is_right = false;
  }
  return is_right && hasty.end.find("does not keep up") != std::string::npos ? 0 : 1;
}
