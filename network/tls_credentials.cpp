// SPDX-License-Identifier: Apache-2.0
// The files of network/tls_credentials.hpp, read and checked by OpenSSL.
#include "network/tls_credentials.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <utility>
#include <vector>

namespace weir {

namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
void free_stack(STACK_OF(X509) * certificates) { sk_X509_free(certificates); }

using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using bytes_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using verification_ptr = std::unique_ptr<X509_STORE_CTX, freed_by<X509_STORE_CTX_free>>;
using stack_ptr = std::unique_ptr<STACK_OF(X509), freed_by<free_stack>>;

// Of the suites of TLS 1.3 the one that costs least first; 128 bits are enough for any of them.
constexpr const char* ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
// What a stranger can make this side hold for the certificates that it announces, in bytes.
constexpr long longest_certificates = 32L * 1024;

error invalid(std::string message) { return {error_code::invalid_argument, std::move(message)}; }

// What OpenSSL says of its last failure; forgets it.
std::string last_reason() {
  const char* const text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text == nullptr ? "unknown reason" : text;
}

// Instead of asking at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

bytes_ptr bytes_of(const pem_file& file) {
  return bytes_ptr{BIO_new_mem_buf(file.text.data(), static_cast<int>(file.text.size()))};
}

result<std::vector<certificate_ptr>> read_certificates(const pem_file& file) {
  std::vector<certificate_ptr> found;
  const auto bytes = bytes_of(file);
  for (;;) {
    ERR_clear_error();
    certificate_ptr next{PEM_read_bio_X509(bytes.get(), nullptr, no_passphrase, nullptr)};
    if (!next) break;
    found.push_back(std::move(next));
  }
  const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto reason = last_reason();
  if (!is_at_end) {
    return invalid("read the certificates in " + file.name + ": " + reason +
                   ": the file is damaged");
  }
  if (found.empty()) {
    return invalid("read the certificates in " + file.name +
                   ": there is none; it needs lines from BEGIN CERTIFICATE to END CERTIFICATE");
  }
  return found;
}

result<key_ptr> read_key(const pem_file& file) {
  const auto bytes = bytes_of(file);
  ERR_clear_error();
  key_ptr key{PEM_read_bio_PrivateKey(bytes.get(), nullptr, no_passphrase, nullptr)};
  if (key) return key;
  return invalid("read the key in " + file.name + ": " + last_reason() +
                 ": it needs lines from BEGIN PRIVATE KEY to END PRIVATE KEY, "
                 "and no passphrase");
}

// Whether others will accept the certificate, as far as this side can know. `purpose` is OpenSSL's.
status check_signed(SSL_CTX* context, X509* own, STACK_OF(X509) * between, int purpose,
                    const tls_files& files) {
  const verification_ptr check{X509_STORE_CTX_new()};
  WEIR_ASSERT(check &&
              X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context), own, between) == 1);
  WEIR_ASSERT(X509_STORE_CTX_set_purpose(check.get(), purpose) == 1);
  if (X509_verify_cert(check.get()) == 1) return {};
  const std::string why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
  ERR_clear_error();
  return invalid("use the certificate in " + files.certificate.name + ": " + why +
                 ": a process needs one that is valid now, signed by the authority in " +
                 files.authority.name + ", for clients and servers alike");
}

status take_authority(SSL_CTX* context, const pem_file& file) {
  auto found = read_certificates(file);
  if (!found) return found.failure();
  for (const auto& each : *found) {
    WEIR_ASSERT(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get()) == 1);
  }
  return {};
}

status take_identity(SSL_CTX* context, const tls_files& files) {
  auto certificates = read_certificates(files.certificate);
  if (!certificates) return certificates.failure();
  auto key = read_key(files.key);
  if (!key) return key.failure();
  X509* const own = certificates->front().get();
  if (X509_check_private_key(own, key->get()) != 1) {
    ERR_clear_error();
    return invalid("use the key in " + files.key.name + ": it is not that of the certificate in " +
                   files.certificate.name + ": give the two that were made together");
  }
  const stack_ptr between{sk_X509_new_null()};
  for (std::size_t i = 1; i < certificates->size(); ++i) {
    sk_X509_push(between.get(), (*certificates)[i].get());
  }
  if (SSL_CTX_use_cert_and_key(context, own, key->get(), between.get(), 1) != 1) {
    return invalid("use the certificate in " + files.certificate.name + ": " + last_reason() +
                   ": make one with `openssl ecparam -name prime256v1`");
  }
  for (const int purpose : {X509_PURPOSE_SSL_CLIENT, X509_PURPOSE_SSL_SERVER}) {
    auto checked = check_signed(context, own, between.get(), purpose, files);
    if (!checked) return checked;
  }
  return {};
}

}  // namespace

result<tls_credentials> tls_credentials::make(const tls_files& files) {
  const std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  WEIR_ASSERT(context);
  WEIR_ASSERT(SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1 &&
              SSL_CTX_set_ciphersuites(context.get(), ciphers) == 1);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Connections are few and live long: none is resumed.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_max_cert_list(context.get(), longest_certificates);
  if (auto taken = take_authority(context.get(), files.authority); !taken) return taken.failure();
  if (auto taken = take_identity(context.get(), files); !taken) return taken.failure();
  return tls_credentials{context};
}

}  // namespace weir
