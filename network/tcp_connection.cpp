// SPDX-License-Identifier: Apache-2.0
// Who writes, and when; see network/tcp_connection.hpp.
#include "network/tcp_connection.hpp"

#include <utility>

namespace weir {

namespace {

// Bytes that one sender writes for others before the transport's thread takes over.
constexpr std::size_t largest_favour = 1024 * 1024;

}  // namespace

void tcp_connection::on_failed(error why) {
  if (!broken_) broken_ = std::move(why);
}

status tcp_connection::send(std::string frames) {
  std::unique_lock order{tls_guard_, std::defer_lock};
  if (tls_) {
    order.lock();
    if (auto encrypted = tls_->encrypt(frames); !encrypted) return encrypted;
    frames = tls_->take_output();
  }
  return send_bytes(std::move(frames), order);
}

result<std::size_t> tcp_connection::decrypt(std::string_view& received, std::span<char> room) {
  std::unique_lock order{tls_guard_};
  auto count = tls_->decrypt(received, room);
  // If that fails, the connection ends by other means.
  if (auto answer = tls_->take_output(); !answer.empty()) {
    static_cast<void>(send_bytes(std::move(answer), order));
  }
  return count;
}

status tcp_connection::send_bytes(std::string bytes, std::unique_lock<std::mutex>& order) {
  std::unique_lock lock{guard_};
  if (broken_) return *broken_;
  if (is_ending_) {
    return error{error_code::io_failure,
                 "send: the connection has ended; resolve the address again "
                 "when the peer is up"};
  }
  if (auto pushed = queue_.push(std::move(bytes)); !pushed) {
    on_failed(pushed.failure());
    lock.unlock();
    inbox_->call_for(number_);
    return pushed;
  }
  if (order.owns_lock()) order.unlock();
  if (!is_writing_ && !is_blocked_) write(lock);
  return {};
}

void tcp_connection::flush() {
  std::unique_lock lock{guard_};
  is_blocked_ = false;
  is_flush_missed_ = is_writing_;
  if (!is_writing_) write(lock);
}

void tcp_connection::write(std::unique_lock<std::mutex>& lock) {
  is_writing_ = true;
  const bool was_broken = broken_.has_value();
  bool has_become_writable = false;
  std::size_t written = 0;
  while (!queue_.is_empty() && !is_blocked_ && !is_closing_ && written < largest_favour) {
    is_flush_missed_ = false;
    const auto pieces = queue_.front(tcp_socket::most_pieces);
    std::size_t offered = 0;
    for (const auto piece : pieces) offered += piece.size();
    lock.unlock();
    const auto done = socket_.write(pieces);
    lock.lock();
    if (!done) {
      on_failed(done.failure());
      queue_.clear();
      break;
    }
    // Others may have filled it since this began.
    const bool was_writable = queue_.is_writable();
    queue_.on_written(done->bytes);
    has_become_writable = has_become_writable || (!was_writable && queue_.is_writable());
    written += done->bytes;
    is_blocked_ = done->bytes < offered && !is_flush_missed_;
  }
  is_writing_ = false;
  if (is_closing_) socket_.close();
  end_writing_if_done();
  const bool has_just_broken = broken_ && !was_broken;
  const bool is_left_to_others = !is_blocked_ && !queue_.is_empty();
  became_writable_ = became_writable_ || has_become_writable;
  lock.unlock();
  if (has_just_broken || has_become_writable || is_left_to_others) inbox_->call_for(number_);
}

bool tcp_connection::is_writable() const {
  const std::scoped_lock lock{guard_};
  return !is_ending_ && queue_.is_writable();
}

bool tcp_connection::take_became_writable() {
  const std::scoped_lock lock{guard_};
  return std::exchange(became_writable_, false);
}

std::size_t tcp_connection::waiting() const {
  const std::scoped_lock lock{guard_};
  return queue_.bytes();
}

std::optional<error> tcp_connection::broken() const {
  const std::scoped_lock lock{guard_};
  return broken_;
}

void tcp_connection::end_sending() {
  const std::scoped_lock lock{guard_};
  is_ending_ = true;
  end_writing_if_done();
}

void tcp_connection::end_writing_if_done() {
  if (is_ending_ && !is_closing_ && !is_writing_ && queue_.is_empty()) socket_.end_writing();
}

void tcp_connection::close() {
  const std::scoped_lock lock{guard_};
  is_ending_ = true;
  is_closing_ = true;
  if (is_writing_) return;
  queue_.clear();
  socket_.close();
}

}  // namespace weir
