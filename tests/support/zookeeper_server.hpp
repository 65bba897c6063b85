// SPDX-License-Identifier: Apache-2.0
// A real ZooKeeper server for the tests of a program: started when it is first asked for, on a free
// port of the loopback interface, with its data in a directory of its own; gone when the program
// ends. It needs a Java runtime and Debian's libzookeeper-java.
#pragma once

#include <arpa/inet.h>
#include <csignal>
#include <filesystem>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/error.hpp"
#include "coordination/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {

class zookeeper_server {
public:
  // Why there is none; empty if there can be one.
  static std::string missing() {
    for (const char* const needed : {java, zookeeper, silent_log}) {
      if (!std::filesystem::exists(needed)) {
        return std::string{needed} +
               " is missing: install openjdk-17-jre-headless and "
               "libzookeeper-java";
      }
    }
    return {};
  }
  // REQUIRES: missing() is empty.
  static zookeeper_server& running() {
    static zookeeper_server server;
    if (!server.process_) server.start();
    return server;
  }

  const std::string& servers() const { return servers_; }  // HOST:PORT
  // A path that no other test has, nor anything above it: that would be of its user alone.
  std::string new_path() { return "/test-" + std::to_string(++paths_); }

  // Stands still, as a machine may that is out of memory.
  // It answers nobody any more when this returns: its threads stop one after the other.
  void stop() {
    signal(SIGSTOP);
    siginfo_t news{};
    WEIR_ASSERT(::waitid(P_PID, static_cast<id_t>(process_->process()), &news, WSTOPPED) == 0);
  }
  void go_on() { signal(SIGCONT); }
  // SIGKILL; then it starts with the data that it had, on the same port.
  void restart() {
    kill();
    start();
  }
  void kill() {
    process_->kill();
    WEIR_ASSERT(process_->end_within(std::chrono::seconds{20}).has_value());
    process_.reset();
  }

private:
  static constexpr const char* java = "/usr/bin/java";
  static constexpr const char* zookeeper = "/usr/share/java/zookeeper.jar";
  static constexpr const char* silent_log = "/usr/share/java/slf4j-nop.jar";

  zookeeper_server() : port_{free_port()}, servers_{"127.0.0.1:" + std::to_string(port_)} {
    static_cast<void>(directory_.write("zoo.cfg", "dataDir=" + directory_.path() +
                                                      "/data\n"
                                                      "clientPortAddress=127.0.0.1\n"
                                                      "clientPort=" +
                                                      std::to_string(port_) +
                                                      "\n"
                                                      "tickTime=100\n"
                                                      "admin.enableServer=false\n"));
  }

  static int free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    WEIR_ASSERT(::bind(socket, generic, size) == 0);
    WEIR_ASSERT(::getsockname(socket, generic, &size) == 0);
    ::close(socket);
    return ntohs(address.sin_port);
  }

  // It is not ready yet: whoever asks it first waits.
  void start() {
    auto started = child_process::start(
        java,
        {"java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m",
         "-Dzookeeper.forceSync=no", "-cp", std::string{zookeeper} + ":" + silent_log,
         "org.apache.zookeeper.server.ZooKeeperServerMain", directory_ / "zoo.cfg"},
        {});
    WEIR_ASSERT(started.ok());
    process_.emplace(*std::move(started));
  }
  void signal(int which) { WEIR_ASSERT(::kill(process_->process(), which) == 0); }

  temporary_directory directory_;
  int port_;
  std::string servers_;
  int paths_ = 0;
  std::optional<child_process> process_;
};

}  // namespace weir
