// SPDX-License-Identifier: Apache-2.0
// The queue and the eventfd of network/transport_inbox.hpp.
#include "network/transport_inbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace weir {

transport_inbox::transport_inbox() : wakeup_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {}

transport_inbox::~transport_inbox() {
  if (wakeup_ >= 0) ::close(wakeup_);
}

status transport_inbox::is_usable() const {
  if (wakeup_ >= 0) return {};
  return error{error_code::io_failure,
               "make an eventfd: the system has no descriptors left; raise `ulimit -n`"};
}

void transport_inbox::wake() {
  if (std::exchange(is_woken_, true)) return;
  const std::uint64_t one = 1;
  static_cast<void>(::write(wakeup_, &one, sizeof one) == 0);
}

void transport_inbox::post(std::function<void()> action) {
  const std::scoped_lock lock{guard_};
  if (is_closed_) return;
  content_.actions.push_back(std::move(action));
  wake();
}

void transport_inbox::call_for(std::uint64_t connection) {
  const std::scoped_lock lock{guard_};
  if (is_closed_) return;
  content_.calls.push_back(connection);
  wake();
}

transport_inbox::content transport_inbox::take() {
  const std::scoped_lock lock{guard_};
  if (std::exchange(is_woken_, false)) {
    std::uint64_t count = 0;
    static_cast<void>(::read(wakeup_, &count, sizeof count) == 0);
  }
  return std::exchange(content_, {});
}

void transport_inbox::close() {
  content dropped;
  const std::scoped_lock lock{guard_};
  is_closed_ = true;
  std::swap(dropped, content_);
}

}  // namespace weir
