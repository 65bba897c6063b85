// SPDX-License-Identifier: Apache-2.0
// Between a job manager and the node that has started it: a pair of sockets whose messages keep
// their bounds, one end inherited by the job manager. There is nobody to prove anything to, it
// needs no port and no second transport in the job's process, and it ends with either of the two.
//
// Reports go through it, and in the other direction orders to take savepoints: a signal could say
// neither where nor which order it is (docs/decisions/0012-control-messages.md).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "api/error.hpp"
#include "coordination/cluster/job_record.hpp"

namespace weir {

// The variable that says which descriptor a job manager reports to.
inline constexpr const char* report_variable = "WEIR_NODE_REPORTS";

// One end of the pair. Closes its descriptor.
class report_socket {
public:
  report_socket(report_socket&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  report_socket& operator=(report_socket&&) = delete;
  ~report_socket();

  // The first is the node's. When a report has come this process gets SIGIO.
  static result<std::pair<report_socket, report_socket>> make_pair();
  // The end that this process has inherited, according to the variable's value; empty: none. When
  // an order has come this process gets SIGIO. The processes that this one starts do not inherit
  // it. Fails if it is no such socket. REQUIRES: SIGIO is blocked.
  static result<std::optional<report_socket>> inherited(const std::string& value);

  // Does not block: what does not fit is lost, and the next report says it all again.
  void send(const full_report& report) const;
  // The next report that has come; none: there is no more. Fails for bytes that are no report.
  result<std::optional<full_report>> receive() const;
  // The same in the other direction.
  void send(const savepoint_order& order) const;
  result<std::optional<savepoint_order>> receive_order() const;

  int descriptor() const { return descriptor_; }

private:
  explicit report_socket(int descriptor) : descriptor_{descriptor} {}
  void send_bytes(const std::string& bytes) const;
  // None: there is no more.
  std::optional<std::string> receive_bytes(std::size_t most) const;

  int descriptor_ = -1;
};

}  // namespace weir
