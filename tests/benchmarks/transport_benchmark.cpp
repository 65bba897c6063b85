// SPDX-License-Identifier: Apache-2.0
// What the transport between two processes costs: both ends are in this one, over loopback. Frames
// of 32 KiB as fast as they go; and the round trip of a small one, beside that of plain TCP. Both
// as they are and with mutual TLS.
#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

#include "network/tcp_transport.hpp"
#include "tests/benchmarks/benchmark.hpp"
#include "tests/network/certificate_authority.hpp"

namespace weir::benchmarks {

namespace {

constexpr std::size_t frame_size = 32 * 1024;
constexpr std::size_t small_size = 64;

template <class T>
T checked(result<T> made) {
  if (made) return std::move(*made);
  std::fprintf(stderr, "transport benchmark: %s\n", made.failure().message.c_str());
  std::exit(1);
}

// None: without TLS.
using credentials = std::optional<tls_credentials>;

// One end. Answers small frames where `answers` says so, and counts what comes.
class benchmark_end final : public tcp_listener {
public:
  benchmark_end(std::uint32_t id, bool answers, const credentials& tls)
      : answers_{answers},
        transport_{checked(tcp_transport::bind(
            {.self = {.cluster = "benchmark", .program = "p", .process = {id}, .incarnation = 1},
             .secret = checked(cluster_secret::make("the secret of a benchmark")),
             .tls = tls,
             .chance = [] { return std::uint64_t{0}; }},
            *this))} {
    transport_->listen();
  }

  ~benchmark_end() override { transport_.reset(); }

  tcp_transport& transport() { return *transport_; }
  std::shared_ptr<tcp_connection> connected() {
    std::unique_lock lock{guard_};
    changed_.wait(lock, [&] { return connection_ != nullptr; });
    return connection_;
  }
  void wait_until_writable() {
    std::unique_lock lock{guard_};
    changed_.wait(lock, [&] { return connection_->is_writable(); });
  }
  void wait_for(std::uint64_t bytes) {
    std::unique_lock lock{guard_};
    awaited_ = bytes;
    changed_.wait(lock, [&] { return received_ >= awaited_; });
    received_ = 0;
  }

private:
  void on_connected(const std::shared_ptr<tcp_connection>& opened) override {
    const std::scoped_lock lock{guard_};
    connection_ = opened;
    changed_.notify_all();
  }
  status on_frame(tcp_connection& from, const wire_frame& received) override {
    if (answers_ && received.payload.size() == small_size) {
      std::string answer;
      append_wire_frame(wire_kind::message, received.payload, answer);
      return from.send(std::move(answer));
    }
    const std::scoped_lock lock{guard_};
    received_ += received.payload.size();
    if (received_ >= awaited_) changed_.notify_all();
    return {};
  }
  void on_disconnected(tcp_connection&, const error&) override {}
  void on_writable(tcp_connection&) override {
    const std::scoped_lock lock{guard_};
    changed_.notify_all();
  }
  void on_not_connected(std::optional<process_id>, const error&) override {}

  const bool answers_;
  std::mutex guard_;
  std::condition_variable changed_;
  std::shared_ptr<tcp_connection> connection_;
  std::uint64_t received_ = 0;
  std::uint64_t awaited_ = UINT64_MAX;
  std::unique_ptr<tcp_transport> transport_;
};

struct both_ends {
  benchmark_end one;
  benchmark_end two;
  explicit both_ends(const credentials& tls) : one{1, false, tls}, two{2, true, tls} {
    static_cast<void>(one.transport().dial({2}, two.transport().local()));
  }
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct throughput {
  double seconds_per_gb = 0;
  double cpu_seconds_per_gb = 0;  // Of one side.
};

throughput send_much(std::uint64_t frames, const credentials& tls) {
  both_ends ends{tls};
  const auto connection = ends.one.connected();
  const std::string payload(frame_size, 'x');
  const double begun = seconds_now();
  const double cpu_begun = cpu_seconds();
  for (std::uint64_t i = 0; i < frames; ++i) {
    if (!connection->is_writable()) ends.one.wait_until_writable();
    std::string frame;
    append_wire_frame(wire_kind::message, payload, frame);
    checked(connection->send(std::move(frame)) ? result<int>{0} : error{});
  }
  ends.two.wait_for(frames * frame_size);
  const double gigabytes = static_cast<double>(frames * frame_size) * 1e-9;
  return {(seconds_now() - begun) / gigabytes, (cpu_seconds() - cpu_begun) / gigabytes / 2};
}

// In microseconds.
template <class RoundTrip>
double median_round_trip(std::uint64_t count, RoundTrip once) {
  std::vector<double> times;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double begun = seconds_now();
    once();
    times.push_back((seconds_now() - begun) * 1e6);
  }
  return median(std::move(times));
}

double transport_round_trip(std::uint64_t count, const credentials& tls) {
  both_ends ends{tls};
  const auto connection = ends.one.connected();
  std::string frame;
  append_wire_frame(wire_kind::message, std::string(small_size, 'x'), frame);
  return median_round_trip(count, [&] {
    static_cast<void>(connection->send(frame));
    ends.one.wait_for(small_size);
  });
}

void make_blocking(const tcp_socket& socket) {
  ::fcntl(socket.descriptor(), F_SETFL, ::fcntl(socket.descriptor(), F_GETFL) & ~O_NONBLOCK);
}

// Two threads that wait in recv().
double plain_round_trip(std::uint64_t count) {
  auto listening = checked(tcp_socket::listen({}));
  auto one = checked(tcp_socket::connect(listening.local()));
  pollfd polled{.fd = listening.descriptor(), .events = POLLIN, .revents = 0};
  ::poll(&polled, 1, -1);
  auto other = std::move(*checked(listening.accept()));
  make_blocking(one);
  make_blocking(other);
  const auto receive = [](const tcp_socket& from, std::array<char, small_size>& room) {
    return ::recv(from.descriptor(), room.data(), room.size(), MSG_WAITALL) > 0;
  };
  std::thread echo{[&] {
    std::array<char, small_size> room{};
    while (receive(other, room)) ::send(other.descriptor(), room.data(), room.size(), MSG_NOSIGNAL);
  }};
  std::array<char, small_size> room{};
  const double microseconds = median_round_trip(count, [&] {
    ::send(one.descriptor(), room.data(), room.size(), MSG_NOSIGNAL);
    receive(one, room);
  });
  one.end_writing();
  echo.join();
  return microseconds;
}

case_result run(const settings& how, const credentials& tls, double most_seconds, double most_cpu) {
  const auto frames = how.miniature ? 100 : how.records(100'000);
  const std::uint64_t trips = how.miniature ? 20 : 5'000;
  figure seconds{"seconds_per_gb", 0, most_seconds};
  figure cpu{"cpu_seconds_per_gb_and_side", 0, most_cpu};
  figure trip{"round_trip_us"};
  figure plain{"plain_tcp_round_trip_us"};
  figure ratio{"round_trip_over_plain_tcp", 0, tls ? 3.0 : 2.0};
  for (int i = 0; i < (how.miniature ? 1 : how.repetitions); ++i) {
    const auto much = send_much(frames, tls);
    seconds.runs.push_back(much.seconds_per_gb);
    cpu.runs.push_back(much.cpu_seconds_per_gb);
    plain.runs.push_back(plain_round_trip(trips));
    trip.runs.push_back(transport_round_trip(trips, tls));
    ratio.runs.push_back(trip.runs.back() / plain.runs.back());
  }
  std::vector<figure> all{seconds, cpu, trip, plain, ratio};
  for (auto& each : all) each.value = median(each.runs);
  return {"as named", std::move(all)};
}

const bool added =
    add_case({"transport", "32 KiB frames between two processes, and round trips of 64 bytes",
              [](const settings& how) { return run(how, {}, 1 / 1.2, 0.6); }});
const bool added_tls =
    add_case({"transport_tls", "the same with mutual TLS", [](const settings& how) {
                return run(how, certificate_authority{}.credentials(), 2.0, 1.2);
              }});

}  // namespace

}  // namespace weir::benchmarks
