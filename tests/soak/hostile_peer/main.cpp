// SPDX-License-Identifier: Apache-2.0
// hostile_peer PORT SECONDS PROCESS MOST_STRANGERS KIB_EACH: what a port that anybody can reach has
// to stand. Sprays 127.0.0.1:PORT, where PROCESS listens, and watches that process: its memory may
// grow by KIB_EACH for each of the MOST_STRANGERS that it holds at a time and some slack, it may
// hold no more sockets than those, and it must close those that are slow by their deadline.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "api/codec.hpp"
#include "api/crc32c.hpp"
#include "coordination/simulation/random_numbers.hpp"
#include "network/handshake.hpp"

namespace {

using clock_type = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t most_at_once = 400;
// More than may be in their greetings: they alone would fill the port for 2 s.
constexpr std::size_t most_slow_at_once = 200;
// The deadline of a greeting is 2 s; the rest is for a machine that does other things as well.
constexpr milliseconds latest_close{4'000};
// What the process needs for itself meanwhile: tasks that are deployed, checkpoints, its allocator.
constexpr std::uint64_t slack_kib = 8 * 1024;

enum class kind {
  random_bytes,
  hello_and_garbage,
  huge_frame,
  tls_and_garbage,
  closed_at_once,
  slow,    // A byte a second.
  silent,  // Nothing at all.
  half,    // Has ended its own direction.
};
constexpr std::size_t kinds = 8;
constexpr std::array<const char*, kinds> names{
    "random bytes",   "hello and garbage", "4 GiB announced", "TLS and garbage",
    "closed at once", "a byte a second",   "silent",          "half open"};

bool is_slow(kind of) { return of == kind::slow || of == kind::silent || of == kind::half; }

std::string random_text(weir::random_numbers& random, std::size_t size) {
  std::string text(size, '\0');
  for (char& each : text) each = static_cast<char>(random.below(256));
  return text;
}

std::string valid_hello(weir::random_numbers& random) {
  std::string hello;
  const auto secret = weir::cluster_secret::make(random_text(random, 32));
  weir::handshake::dial({.cluster = "counting",
                         .program = "f00d",
                         .process = {static_cast<std::uint32_t>(1 + random.below(100))},
                         .incarnation = 1},
                        *secret, {0}, random_text(random, weir::challenge_size), hello);
  return hello;
}

// A header that is right, of a frame of 4 GiB.
std::string huge_frame(weir::random_numbers& random) {
  std::string bytes{"WR\x01"};
  bytes += static_cast<char>(1 + random.below(12));
  weir::codec<std::uint32_t>::encode(UINT32_MAX, bytes);
  weir::codec<std::uint32_t>::encode(0, bytes);
  weir::codec<std::uint32_t>::encode(weir::crc32c(bytes), bytes);
  return bytes + random_text(random, random.below(20'000));
}

// The first message of TLS, of 128 KiB, in records of 16 KiB.
std::string tls_and_garbage(weir::random_numbers& random) {
  std::string message{"\x01\x01\xff\xf0", 4};
  message += random_text(random, 2'000 + random.below(128 * 1024));
  std::string bytes;
  for (std::string_view rest = message; !rest.empty();) {
    const auto size = std::min<std::size_t>(rest.size(), 16'384);
    bytes += std::string{"\x16\x03\x01"};
    bytes += static_cast<char>(size >> 8);
    bytes += static_cast<char>(size & 0xff);
    bytes += rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return bytes;
}

struct attack {
  kind how{};
  int descriptor = -1;
  clock_type::time_point opened{};
  std::string unsent{};
  clock_type::time_point next_byte{};
};

// kB of the line "VmRSS:" of /proc/PROCESS/status; 0 if it has ended.
std::uint64_t resident_kib(const std::string& process) {
  std::ifstream lines{"/proc/" + process + "/status"};
  for (std::string word; lines >> word;) {
    std::uint64_t size = 0;
    if (word == "VmRSS:" && lines >> size) return size;
  }
  return 0;
}

std::size_t open_descriptors(const std::string& process) {
  std::error_code failure;
  std::size_t count = 0;
  const std::filesystem::directory_iterator all{"/proc/" + process + "/fd", failure};
  for (auto each = begin(all); each != end(all); each.increment(failure)) {
    ++count;
    if (failure) break;
  }
  return count;
}

class sprayer {
public:
  sprayer(std::uint16_t port, std::string process, std::size_t most_strangers,
          std::uint64_t kib_each)
      : port_{port},
        process_{std::move(process)},
        most_strangers_{most_strangers},
        kib_each_{kib_each} {}

  void spray(seconds span) {
    first_kib_ = resident_kib(process_);
    first_descriptors_ = open_descriptors(process_);
    const auto end = clock_type::now() + span;
    while (clock_type::now() < end) {
      for (int i = 0; i < 16 && running_.size() < most_at_once; ++i) {
        const auto how = static_cast<kind>(random_.below(kinds));
        if (!is_slow(how) || slow_count() < most_slow_at_once) open(how);
      }
      turn();
    }
  }
  // With nobody else there, those that are slow live until their deadline.
  void wait_for_the_slow() {
    for (auto& each : running_) ::close(each.descriptor);
    running_.clear();
    longest_ = {};
    for (const auto how : {kind::slow, kind::silent, kind::half}) {
      for (int i = 0; i < 20; ++i) open(how);
    }
    const auto end = clock_type::now() + 2 * latest_close;
    while (!running_.empty() && clock_type::now() < end) turn();
  }

  bool report() const {
    std::printf("hostile_peer: %llu connections:", static_cast<unsigned long long>(opened_));
    for (std::size_t i = 0; i < kinds; ++i) {
      std::printf(" %llu %s%s", static_cast<unsigned long long>(by_kind_[i]), names[i],
                  i + 1 == kinds ? "\n" : ",");
    }
    const auto grown = most_kib_ > first_kib_ ? most_kib_ - first_kib_ : 0;
    const auto may_grow = most_strangers_ * kib_each_ + slack_kib;
    std::printf(
        "hostile_peer: %llu MiB sent, resident memory %llu KiB and %llu more at most (%llu may)\n",
        static_cast<unsigned long long>(sent_ >> 20), static_cast<unsigned long long>(first_kib_),
        static_cast<unsigned long long>(grown), static_cast<unsigned long long>(may_grow));
    // Peers that come meanwhile have their sockets, and a checkpoint its files.
    const auto may_hold = first_descriptors_ + most_strangers_ + 16;
    std::printf("hostile_peer: %zu descriptors at most (%zu may)\n", most_descriptors_, may_hold);
    std::printf("hostile_peer: the slowest of 60 slow ones was closed after %lld ms (%lld may)\n",
                static_cast<long long>(longest_.count()),
                static_cast<long long>(latest_close.count()));
    return opened_ > 100 && first_kib_ > 0 && resident_kib(process_) > 0 && grown <= may_grow &&
           most_descriptors_ <= may_hold && running_.empty() && longest_ <= latest_close &&
           longest_ >= seconds{1};
  }

private:
  std::size_t slow_count() const {
    return static_cast<std::size_t>(std::count_if(
        running_.begin(), running_.end(), [](const attack& each) { return is_slow(each.how); }));
  }

  std::string bytes_of(kind how) {
    switch (how) {
      case kind::random_bytes:
        return random_text(random_, 1 + random_.below(30'000));
      case kind::hello_and_garbage: {
        const auto hello = valid_hello(random_);
        return hello.substr(0, random_.below(2) == 0 ? hello.size() : random_.below(hello.size())) +
               random_text(random_, random_.below(30'000));
      }
      case kind::huge_frame:
        return huge_frame(random_);
      case kind::tls_and_garbage:
        return tls_and_garbage(random_);
      case kind::slow:
        return valid_hello(random_);
      default:
        return {};
    }
  }

  void open(kind how) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return;
    // Reset at the end, so that ports do not run out.
    const linger at_end{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_end, sizeof at_end);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port_);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 &&
        errno != EINPROGRESS) {
      ::close(descriptor);
      return;
    }
    ++opened_;
    ++by_kind_[static_cast<std::size_t>(how)];
    if (how == kind::closed_at_once) {
      ::close(descriptor);
      return;
    }
    if (how == kind::half) ::shutdown(descriptor, SHUT_WR);
    const auto now = clock_type::now();
    running_.push_back({how, descriptor, now, bytes_of(how), now});
  }

  // Writes, and looks whether the other side has closed.
  void turn() {
    std::vector<pollfd> polled;
    for (const auto& each : running_) {
      const bool has_more = !each.unsent.empty() && each.how != kind::slow;
      polled.push_back(
          {each.descriptor, static_cast<short>(has_more ? POLLIN | POLLOUT : POLLIN), 0});
    }
    ::poll(polled.data(), polled.size(), 2);
    const auto now = clock_type::now();
    for (std::size_t i = 0; i < polled.size(); ++i) {
      auto& each = running_[i];
      bool is_over = (polled[i].revents & (POLLERR | POLLHUP)) != 0;
      if ((polled[i].revents & POLLIN) != 0) is_over = is_over || has_ended(each);
      if ((polled[i].revents & POLLOUT) != 0) write(each, each.unsent.size());
      if (each.how == kind::slow && now >= each.next_byte && !each.unsent.empty()) {
        write(each, 1);
        each.next_byte = now + seconds{1};
      }
      if (!is_over) continue;
      if (is_slow(each.how)) {
        longest_ = std::max(longest_, std::chrono::duration_cast<milliseconds>(now - each.opened));
      }
      ::close(std::exchange(each.descriptor, -1));
    }
    std::erase_if(running_, [](const attack& each) { return each.descriptor < 0; });
    most_kib_ = std::max(most_kib_, resident_kib(process_));
    most_descriptors_ = std::max(most_descriptors_, open_descriptors(process_));
  }

  static bool has_ended(const attack& from) {
    std::array<char, 4096> unread{};
    const auto got = ::recv(from.descriptor, unread.data(), unread.size(), 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
  }
  void write(attack& to, std::size_t most) {
    const auto sent = ::send(to.descriptor, to.unsent.data(), most, MSG_NOSIGNAL);
    if (sent <= 0) return;
    sent_ += static_cast<std::uint64_t>(sent);
    to.unsent.erase(0, static_cast<std::size_t>(sent));
  }

  std::uint16_t port_;
  std::string process_;
  std::size_t most_strangers_;
  std::uint64_t kib_each_;
  weir::random_numbers random_{1};
  std::vector<attack> running_;
  std::array<std::uint64_t, kinds> by_kind_{};
  std::uint64_t opened_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t first_kib_ = 0;
  std::uint64_t most_kib_ = 0;
  std::size_t first_descriptors_ = 0;
  std::size_t most_descriptors_ = 0;
  milliseconds longest_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: hostile_peer PORT SECONDS PROCESS MOST_STRANGERS KIB_EACH\n", stderr);
    return 2;
  }
  sprayer hostile{static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)), argv[3],
                  std::strtoul(argv[4], nullptr, 10), std::strtoull(argv[5], nullptr, 10)};
  hostile.spray(seconds{std::strtol(argv[2], nullptr, 10)});
  hostile.wait_for_the_slow();
  return hostile.report() ? 0 : 1;
}
