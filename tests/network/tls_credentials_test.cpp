// SPDX-License-Identifier: Apache-2.0
// Files that cannot work are refused when a process starts, with what is wrong and in which file.
#include "network/tls_credentials.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/network/certificate_authority.hpp"

namespace weir {
namespace {

std::string failure_of(const tls_files& files) {
  const auto made = tls_credentials::make(files);
  return made ? "they were taken" : made.failure().message;
}

constexpr const char* what_is_needed =
    ": a process needs one that is valid now, signed by the authority in ca.pem, for clients and "
    "servers alike";

TEST(TlsCredentials, TakesACertificateOfTheAuthority) {
  const certificate_authority authority;
  EXPECT_EQ(failure_of(authority.issue()), "they were taken");
  EXPECT_EQ(failure_of(authority.issue({.usage = "serverAuth,clientAuth"})), "they were taken");
}

TEST(TlsCredentials, TakesOneOfSeveralAuthorities) {
  const certificate_authority former{"the former authority"};
  const certificate_authority present{"the present authority"};
  auto files = present.issue();
  files.authority.text = former.issue().authority.text + files.authority.text;
  EXPECT_EQ(failure_of(files), "they were taken");
}

TEST(TlsCredentials, RefusesAKeyOfAnotherCertificate) {
  const certificate_authority authority;
  auto files = authority.issue();
  files.key = authority.issue().key;
  EXPECT_EQ(failure_of(files),
            "use the key in key.pem: it is not that of the certificate in cert.pem: give the two "
            "that were made together");
}

TEST(TlsCredentials, RefusesACertificateThatIsNotValidNow) {
  const certificate_authority authority;
  EXPECT_EQ(
      failure_of(authority.issue({.valid_from = -7200, .valid_until = -3600})),
      std::string{"use the certificate in cert.pem: certificate has expired"} + what_is_needed);
  EXPECT_EQ(failure_of(authority.issue({.valid_from = 3600, .valid_until = 7200})),
            std::string{"use the certificate in cert.pem: certificate is not yet valid"} +
                what_is_needed);
}

TEST(TlsCredentials, RefusesACertificateOfAnotherAuthority) {
  const certificate_authority one{"one"};
  const certificate_authority other{"other"};
  auto files = one.issue();
  files.authority = other.issue().authority;
  EXPECT_EQ(failure_of(files),
            std::string{"use the certificate in cert.pem: unable to get local issuer certificate"} +
                what_is_needed);
}

TEST(TlsCredentials, RefusesACertificateForOneSideOnly) {
  const certificate_authority authority;
  for (const auto* usage : {"serverAuth", "clientAuth"}) {
    const auto failure = failure_of(authority.issue({.usage = usage}));
    // OpenSSL's words differ between versions.
    EXPECT_TRUE(failure.starts_with("use the certificate in cert.pem: uns")) << failure;
    EXPECT_NE(failure.find("purpose"), std::string::npos) << failure;
  }
}

TEST(TlsCredentials, RefusesFilesWithSomethingElse) {
  const certificate_authority authority;
  const auto files = authority.issue();
  auto changed = files;
  changed.certificate.text = "not a certificate\n";
  EXPECT_EQ(failure_of(changed),
            "read the certificates in cert.pem: there is none; it needs lines from BEGIN "
            "CERTIFICATE to END CERTIFICATE");
  changed = files;
  changed.authority.text.clear();
  EXPECT_EQ(failure_of(changed),
            "read the certificates in ca.pem: there is none; it needs lines from BEGIN "
            "CERTIFICATE to END CERTIFICATE");
  changed = files;
  changed.authority.text += "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_NE(failure_of(changed).find("the file is damaged"), std::string::npos);
  changed = files;
  changed.key.text = files.certificate.text;
  EXPECT_TRUE(failure_of(changed).starts_with("read the key in key.pem: "));
}

}  // namespace
}  // namespace weir
