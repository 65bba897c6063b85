// SPDX-License-Identifier: Apache-2.0
// A backend that tells about every table, whatever is wrong with those before it.
#include "state/checking_backend.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "state/memory_backend.hpp"
#include "tests/support/saved_operator.hpp"

namespace weir {
namespace {

using counts = flat_table<std::string, std::int32_t>;
using wide_counts = flat_table<std::string, std::int64_t>;
using texts = flat_table<std::string, std::string>;

saved_operator checkpoint() {
  memory_backend backend{{0, 1024}, 1024};
  for (const std::string name : {"a", "b", "c", "d"}) {
    auto& table = static_cast<counts&>(backend.adopt(name, std::make_unique<counts>(backend)));
    table.find_or_insert(name, hash_key(name)) = 5;
  }
  saved_operator saved;
  saved.add(backend.freeze(), {});
  return saved;
}

TEST(CheckingBackend, GoesOnBehindATableThatCannotBeRestored) {
  const saved_operator saved = checkpoint();
  const auto view = saved.view({0, 1024});
  checking_backend backend{{0, 1024}, 1024, view.get()};
  backend.adopt("a", std::make_unique<texts>(backend));
  backend.adopt("b", std::make_unique<wide_counts>(backend));
  backend.adopt("c", std::make_unique<counts>(backend));
  backend.adopt("new", std::make_unique<counts>(backend));
  const auto& outcomes = backend.outcomes();
  ASSERT_EQ(outcomes.size(), 4U);
  ASSERT_FALSE(outcomes[0].restored.ok());
  EXPECT_TRUE(outcomes[0].restored.failure().message.starts_with("state \"a\" was saved as"));
  ASSERT_TRUE(outcomes[1].restored.ok());
  EXPECT_TRUE(outcomes[1].restored->has_evolved);
  EXPECT_EQ(outcomes[1].entries, 1U);
  ASSERT_TRUE(outcomes[2].restored.ok());
  EXPECT_FALSE(outcomes[2].restored->has_evolved);
  ASSERT_TRUE(outcomes[3].restored.ok());
  EXPECT_FALSE(outcomes[3].restored->was_saved);
  EXPECT_EQ(backend.not_restored(), std::vector<std::string>{"d"});
  EXPECT_EQ(backend.table_names(), (std::vector<std::string>{"a", "b", "c", "new"}));
}

TEST(CheckingBackend, RestoresNothingWithoutACheckpoint) {
  checking_backend backend{{0, 512}, 1024, nullptr};
  backend.adopt("a", std::make_unique<counts>(backend));
  ASSERT_TRUE(backend.outcomes().front().restored.ok());
  EXPECT_FALSE(backend.outcomes().front().restored->was_saved);
  EXPECT_TRUE(backend.not_restored().empty());
  EXPECT_EQ(backend.key_groups(), (key_group_range{0, 512}));
  EXPECT_EQ(backend.max_parallelism(), 1024U);
}

}  // namespace
}  // namespace weir
