// SPDX-License-Identifier: Apache-2.0
// Where records of a key go: by the hash of the key, or nowhere if there is none.
#include "api/function_key_hasher.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(FunctionKeyHasher, HashesTheKeyOfEveryRecord) {
  const auto tens = [](int x) { return x / 10; };
  batch_of<int> batch;
  for (const int x : {11, 25, 17}) batch.push(x, event_time{});
  std::vector<std::uint64_t> hashes(3);
  function_key_hasher<int, decltype(tens)>{tens}.hash(batch, hashes);
  EXPECT_EQ(hashes, (std::vector<std::uint64_t>{hash_key(1), hash_key(2), hash_key(1)}));
}

TEST(FunctionKeyHasher, FailsTheTaskWhenARecordHasNoKey) {
  const auto throws = [](int) -> int { throw std::invalid_argument{"no symbol"}; };
  batch_of<int> batch;
  batch.push(1, event_time{});
  std::vector<std::uint64_t> hashes(1);
  try {
    function_key_hasher<int, decltype(throws)>{throws}.hash(batch, hashes);
    FAIL() << "no failure";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().message,
              "find the keys of a batch: the key function threw: no symbol; it must have an answer "
              "for every record, so filter first");
  }
}

}  // namespace
}  // namespace weir
