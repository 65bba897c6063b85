// SPDX-License-Identifier: Apache-2.0
// Hashes the keys that a user's function finds in the records of a batch: decides where they go.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "api/job_graph.hpp"
#include "api/key.hpp"
#include "api/operators/guarded.hpp"

namespace weir {

template <class T, class KeyFunction>
class function_key_hasher final : public key_hasher {
public:
  explicit function_key_hasher(KeyFunction key_of) : key_of_{std::move(key_of)} {}

  void hash(const record_batch& batch, std::span<std::uint64_t> hashes) const override {
    const auto& values = batch_of<T>::of(batch).values;
    const auto cause = cause_of_failure([&] {
      for (std::size_t i = 0; i < hashes.size(); ++i) {
        hashes[i] = hash_key(std::invoke(key_of_, static_cast<const T&>(values[i])));
      }
    });
    if (cause) {
      throw task_failure{{error_code::user_function,
                          "find the keys of a batch: the key function threw: " + *cause +
                              "; it must have an answer for every record, so filter first"}};
    }
  }

private:
  KeyFunction key_of_;
};

}  // namespace weir
