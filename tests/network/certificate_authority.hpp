// SPDX-License-Identifier: Apache-2.0
// Certificates for tests, made when they are needed, so that none expires in the tree.
#pragma once

#include <memory>
#include <string>

#include "network/tls_credentials.hpp"

struct evp_pkey_st;
struct x509_st;

namespace weir {

class certificate_authority {
public:
  struct terms {
    std::string name = "a process";
    long valid_from = -3600;  // In seconds from now.
    long valid_until = 24 * 3600;
    std::string usage{};  // "serverAuth"; empty: any.
  };

  explicit certificate_authority(const std::string& name = "the authority of a test");

  // A certificate of its own and the key to it, as files that name this one as the authority.
  tls_files issue(const terms& wanted) const;
  tls_files issue() const { return issue(terms{}); }
  tls_credentials credentials() const;

private:
  std::string name_;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

}  // namespace weir
