// SPDX-License-Identifier: Apache-2.0
// Keys on P-256 and certificates of version 3, for tests/network/certificate_authority.hpp.
#include "tests/network/certificate_authority.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace weir {

namespace {

std::shared_ptr<EVP_PKEY> make_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

void add_extension(X509* to, int kind, const char* value) {
  auto* const made = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  WEIR_ASSERT(made != nullptr && X509_add_ext(to, made, -1) == 1);
  X509_EXTENSION_free(made);
}

std::shared_ptr<X509> unsigned_certificate(const certificate_authority::terms& wanted,
                                           EVP_PKEY* key) {
  static long serial = 1;
  std::shared_ptr<X509> made{X509_new(), X509_free};
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.valid_until);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1,
                             0);
  X509_set_pubkey(made.get(), key);
  return made;
}

template <class Write>
std::string pem_text(Write write) {
  BIO* const bytes = BIO_new(BIO_s_mem());
  WEIR_ASSERT(write(bytes) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bytes, &text);
  std::string copied{text, static_cast<std::size_t>(size)};
  BIO_free(bytes);
  return copied;
}

pem_file certificate_file(const std::string& name, X509* certificate) {
  return {name, pem_text([&](BIO* to) { return PEM_write_bio_X509(to, certificate); })};
}

}  // namespace

certificate_authority::certificate_authority(const std::string& name)
    : name_{name},
      key_{make_key()},
      certificate_{unsigned_certificate({.name = name}, key_.get())} {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  WEIR_ASSERT(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
}

tls_files certificate_authority::issue(const terms& wanted) const {
  const auto key = make_key();
  const auto certificate = unsigned_certificate(wanted, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  if (!wanted.usage.empty()) {
    add_extension(certificate.get(), NID_ext_key_usage, wanted.usage.c_str());
  }
  WEIR_ASSERT(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0);
  const auto write_key = [&](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  return {.certificate = certificate_file("cert.pem", certificate.get()),
          .key = {"key.pem", pem_text(write_key)},
          .authority = certificate_file("ca.pem", certificate_.get())};
}

tls_credentials certificate_authority::credentials() const {
  auto made = tls_credentials::make(issue());
  WEIR_ASSERT(made.ok());
  return *std::move(made);
}

}  // namespace weir
