// SPDX-License-Identifier: Apache-2.0
// OpenSSL between two ends of bytes, for network/tls_channel.hpp: a BIO of ours gives it what was
// received and takes what is to be sent, each copied once.
#include "network/tls_channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "network/handshake.hpp"
#include "network/tls_mismatch.hpp"

namespace weir {

namespace {

constexpr std::size_t record_payload = SSL3_RT_MAX_PLAIN_LENGTH;
// Header, kind and tag of a record of TLS 1.3.
constexpr std::size_t record_overhead = 22;

tls_channel::byte_ends& ends_of(BIO* bio) {
  return *static_cast<tls_channel::byte_ends*>(BIO_get_data(bio));
}

int read_bytes(BIO* bio, char* to, int most) {
  BIO_clear_retry_flags(bio);
  auto& incoming = ends_of(bio).incoming;
  if (incoming.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto count = incoming.copy(to, static_cast<std::size_t>(most));
  incoming.remove_prefix(count);
  return static_cast<int>(count);
}

int write_bytes(BIO* bio, const char* from, int count) {
  BIO_clear_retry_flags(bio);
  ends_of(bio).outgoing.append(from, static_cast<std::size_t>(count));
  return count;
}

long control_bytes(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* byte_method() {
  static const BIO_METHOD* const made = [] {
    auto* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weir bytes");
    WEIR_ASSERT(method != nullptr && BIO_meth_set_read(method, read_bytes) == 1 &&
                BIO_meth_set_write(method, write_bytes) == 1 &&
                BIO_meth_set_ctrl(method, control_bytes) == 1);
    return method;
  }();
  return made;
}

error refused(std::string message) { return {error_code::permission_denied, std::move(message)}; }

}  // namespace

void tls_channel::freed::operator()(ssl_st* object) const { SSL_free(object); }

tls_channel::tls_channel(const tls_credentials& credentials, tls_side side,
                         std::uint64_t records_per_key)
    : side_{side}, records_per_key_{records_per_key}, ssl_{SSL_new(credentials.context_.get())} {
  auto* const bio = BIO_new(byte_method());
  WEIR_ASSERT(ssl_ && bio != nullptr && records_per_key > 0);
  BIO_set_data(bio, &ends_);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (side == tls_side::acceptor) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
    static_cast<void>(shake_hands());  // If it fails, the first decrypt() says so.
  }
}

tls_channel::~tls_channel() = default;

error tls_channel::fail(error why) {
  failure_ = why;
  return why;
}

error tls_channel::failure_of(int answer) const {
  if (SSL_get_error(ssl_.get(), answer) == SSL_ERROR_ZERO_RETURN) {
    return {error_code::io_failure, "TLS: the other side has closed it without a goodbye"};
  }
  const auto code = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(code);
  const char* const text = ERR_reason_error_string(code);
  const std::string said = text == nullptr ? "unknown reason" : text;
  ERR_clear_error();
  if (const long verdict = SSL_get_verify_result(ssl_.get()); verdict != X509_V_OK) {
    return refused(std::string{"TLS: the certificate of the other side is not accepted: "} +
                   X509_verify_cert_error_string(verdict) +
                   ": it needs one that is valid now, signed by the authority of this side");
  }
  if (reason >= SSL_AD_REASON_OFFSET) {
    return refused(std::string{"TLS: the other side does not accept this one: "} +
                   SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET) +
                   ": compare the certificates and authorities of both");
  }
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    return refused("TLS: the other side shows no certificate" + std::string{both_sides_or_neither});
  }
  return {error_code::corrupt_data, "TLS: " + said +
                                        ": the bytes were damaged on the way, or the other "
                                        "side is no process of this version of Weir"};
}

status tls_channel::shake_hands() {
  ERR_clear_error();
  const int answer = SSL_do_handshake(ssl_.get());
  if (answer != 1) {
    if (SSL_get_error(ssl_.get(), answer) == SSL_ERROR_WANT_READ) return {};
    return fail(failure_of(answer));
  }
  is_established_ = true;
  return encrypt(std::exchange(waiting_, {}));
}

// A process without TLS begins with a frame, and understands one.
status tls_channel::refuse_plain_bytes() {
  if (side_ == tls_side::acceptor) {
    append_refusal(
        "this process takes connections with TLS only" + std::string{both_sides_or_neither},
        ends_.outgoing);
  } else {
    ends_.outgoing.clear();
  }
  return fail(refused("the other side speaks without TLS" + std::string{both_sides_or_neither}));
}

result<std::size_t> tls_channel::decrypt(std::string_view& received, std::span<char> room) {
  WEIR_ASSERT(!room.empty());
  if (failure_) return *failure_;
  if (!std::exchange(has_heard_, has_heard_ || !received.empty()) && received.starts_with('W')) {
    return refuse_plain_bytes().failure();
  }
  ends_.incoming = received;
  auto shaken = is_established_ ? status{} : shake_hands();
  auto count = !shaken            ? result<std::size_t>{shaken.failure()}
               : !is_established_ ? result<std::size_t>{0}
                                  : read_records(room);
  received = std::exchange(ends_.incoming, {});
  return count;
}

result<std::size_t> tls_channel::read_records(std::span<char> room) {
  std::size_t filled = 0;
  while (filled < room.size()) {
    std::size_t count = 0;
    ERR_clear_error();
    const int answer = SSL_read_ex(ssl_.get(), room.data() + filled, room.size() - filled, &count);
    if (answer != 1) {
      if (SSL_get_error(ssl_.get(), answer) == SSL_ERROR_WANT_READ) return filled;
      auto why = fail(failure_of(answer));
      // What came before it is still given out.
      return filled > 0 ? result{filled} : std::move(why);
    }
    filled += count;
  }
  return filled;
}

status tls_channel::encrypt(std::string_view plain) {
  if (failure_) return *failure_;
  if (!is_established_) {
    waiting_ += plain;
    return {};
  }
  if (plain.empty()) return {};
  if (auto counted = count_records(plain.size()); !counted) return counted;
  const auto records = plain.size() / record_payload + 1;
  ends_.outgoing.reserve(ends_.outgoing.size() + plain.size() + records * record_overhead);
  ERR_clear_error();
  std::size_t written = 0;
  const int answer = SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written);
  if (answer != 1) return fail(failure_of(answer));
  WEIR_ASSERT(written == plain.size());
  return {};
}

status tls_channel::count_records(std::size_t bytes) {
  const auto coming = (bytes + record_payload - 1) / record_payload;
  records_ += coming;
  if (records_ <= records_per_key_ || records_ == coming) return {};
  records_ = coming;
  ++key_changes_;
  ERR_clear_error();
  if (SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) != 1) return fail(failure_of(0));
  return {};
}

}  // namespace weir
