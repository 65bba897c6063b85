// SPDX-License-Identifier: Apache-2.0
// What a process needs for mutual TLS: the certificate by which it shows who it is, the key that
// proves it, and the authority that has to have signed the certificate of everybody else.
//
// Only TLS 1.3 is spoken. Names in certificates are not compared with addresses: the authority is
// that of the cluster, and whoever has a certificate of it, and the cluster's secret, belongs.
// There are no revocation lists: to lock somebody out, change the secret or the authority.
#pragma once

#include <memory>
#include <string>

#include "api/error.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX.

namespace weir {

// The text of a file, in PEM.
struct pem_file {
  std::string name{};  // For messages.
  std::string text{};
};

struct tls_files {
  pem_file certificate{};  // That of this process first, then those between it and the authority.
  pem_file key{};          // Without a passphrase.
  pem_file authority{};    // One certificate or more; each may have signed.
};

// Cheap to copy; thread-safe.
class tls_credentials {
public:
  // Fails with what is wrong, and in which file: no PEM, a key that does not fit, a certificate
  // that is not valid now, that the authority has not signed, or that may not be used by both
  // sides of a connection.
  static result<tls_credentials> make(const tls_files& files);

private:
  friend class tls_channel;
  explicit tls_credentials(std::shared_ptr<ssl_ctx_st> context) : context_{std::move(context)} {}

  std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace weir
