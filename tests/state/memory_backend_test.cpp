// SPDX-License-Identifier: Apache-2.0
// The memory backend freezes and restores the tables that it adopts.
#include "state/memory_backend.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "api/operator.hpp"
#include "tests/support/saved_operator.hpp"

namespace weir {
namespace {

using counts = flat_table<std::string, std::int64_t>;

saved_operator checkpoint_of_two_tables() {
  memory_backend backend{{0, 1024}, 1024};
  auto& adopted = static_cast<counts&>(backend.adopt("counts", std::make_unique<counts>(backend)));
  adopted.find_or_insert("a", hash_key(std::string{"a"})) = 5;
  using table = flat_table<int, int>;
  backend.adopt("alarms", std::make_unique<table>(backend));
  saved_operator saved;
  saved.add(backend.freeze(), {});
  return saved;
}

std::string failure_to_adopt(memory_backend& backend, std::string name,
                             std::unique_ptr<state_table> table) {
  try {
    backend.adopt(std::move(name), std::move(table));
  } catch (const task_failure& failure) {
    return std::string{to_string(failure.cause().code)} + ": " + failure.cause().message;
  }
  return {};
}

TEST(MemoryBackend, RestoresTablesWhenTheyAreAdoptedHoweverLate) {
  const saved_operator saved = checkpoint_of_two_tables();
  const auto view = saved.view({0, 1024});
  memory_backend backend{{0, 1024}, 1024};
  backend.restore_from(view.get());
  EXPECT_EQ(backend.not_restored(), (std::vector<std::string>{"alarms", "counts"}));
  auto& adopted = static_cast<counts&>(backend.adopt("counts", std::make_unique<counts>(backend)));
  EXPECT_EQ(*adopted.find("a", hash_key(std::string{"a"})), 5);
  EXPECT_EQ(backend.not_restored(), std::vector<std::string>{"alarms"});
  backend.adopt("new", std::make_unique<counts>(backend));
  using table = flat_table<int, int>;
  backend.adopt("alarms", std::make_unique<table>(backend));
  EXPECT_EQ(backend.not_restored(), std::vector<std::string>{});
}

TEST(MemoryBackend, FreezesTablesByName) {
  memory_backend backend{{0, 1024}, 1024};
  backend.adopt("b", std::make_unique<counts>(backend));
  backend.adopt("a", std::make_unique<counts>(backend));
  const auto sections = backend.freeze();
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[0].name, "a");
  EXPECT_EQ(sections[1].name, "b");
  EXPECT_EQ(sections[0].schema, (table_schema{"keyed", "pair{string,i64}"}));
}

TEST(MemoryBackend, ShowsBothTypesWhenThatOfAStateHasChanged) {
  saved_operator saved = checkpoint_of_two_tables();
  const auto view = saved.view({0, 1024});
  memory_backend backend{{0, 1024}, 1024};
  backend.restore_from(view.get());
  using other = flat_table<std::string, double>;
  EXPECT_EQ(
      failure_to_adopt(backend, "counts", std::make_unique<other>(backend)),
      "invalid argument: state \"counts\" was saved as pair{string,i64} but is now "
      "pair{string,f64}: i64 cannot become f64: a number may only become a wider one that has "
      "all its values, as u32 to u64, u32 to i64, i32 to i64 and f32 to f64; give it its "
      "former type back, or another name, with which it starts empty");
  saved.tables()["alarms"].schema.kind = "timers";
  EXPECT_EQ(failure_to_adopt(backend, "alarms", std::make_unique<counts>(backend)),
            "invalid argument: state \"alarms\" was saved as timers pair{i32,i32} but is now keyed "
            "pair{string,i64}: the operator keeps another kind of table under this name; give it "
            "its former type back, or another name, with which it starts empty");
}

TEST(MemoryBackend, NamesTheTableThatIsDamaged) {
  saved_operator saved = checkpoint_of_two_tables();
  auto& blocks = saved.tables()["counts"].blocks;
  blocks.push_back(blocks.front());
  const auto view = saved.view({0, 1024});
  memory_backend backend{{0, 1024}, 1024};
  backend.restore_from(view.get());
  const std::string failure =
      failure_to_adopt(backend, "counts", std::make_unique<counts>(backend));
  EXPECT_TRUE(failure.starts_with("corrupt data: restore state \"counts\": a key of key group "))
      << failure;
}

TEST(MemoryBackendDeathTest, TakesEachNameOnce) {
  memory_backend backend{{0, 1}, 1};
  using table = flat_table<int, int>;
  backend.adopt("counts", std::make_unique<table>(backend));
  EXPECT_DEATH(backend.adopt("counts", std::make_unique<table>(backend)), "broken invariant");
}

}  // namespace
}  // namespace weir
