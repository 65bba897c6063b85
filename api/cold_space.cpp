// SPDX-License-Identifier: Apache-2.0
// Opening late and writing together; see api/cold_space.hpp.
#include "api/cold_space.hpp"

#include <algorithm>
#include <utility>

#include "api/operator.hpp"

namespace weir {

namespace {

constexpr std::size_t prefix_size = sizeof(std::uint32_t);
static_assert(prefix_size + sizeof(std::uint64_t) == shortest_stored_key);

template <class Number>
void append_in_order(Number number, std::string& to) {
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>(static_cast<unsigned char>(number >> shift)));
  }
}

template <class Number>
Number number_in(std::string_view bytes) {
  Number number = 0;
  for (const char each : bytes.substr(0, sizeof(Number))) {
    number = static_cast<Number>(number << 8 | static_cast<unsigned char>(each));
  }
  return number;
}

// Of a prefix that open_range has returned.
std::uint32_t number_of(std::string_view prefix) { return number_in<std::uint32_t>(prefix); }

// Is never given: it has no end.
constexpr std::string_view last_prefix{"\xff\xff\xff\xff"};

void require(const status& done) {
  if (!done) throw task_failure{done.failure()};
}

// A removal costs those who read later, even if there was nothing.
void remove_if_any(entry_store& store, std::string_view begin, std::string_view end) {
  std::vector<stored_entry> first;
  require(store.read(begin, end, 1, first));
  if (!first.empty()) require(store.remove_range(begin, end));
}

}  // namespace

cold_space::cold_space(entry_stores& stores, entry_store_settings settings,
                       std::size_t most_bytes_in_memory, std::string name)
    : stores_{stores},
      settings_{std::move(settings)},
      most_bytes_in_memory_{most_bytes_in_memory},
      name_{std::move(name)} {}

void cold_space::remove(spilling_table& table) noexcept { std::erase(tables_, &table); }

void cold_space::trim() {
  std::size_t bytes = 0;
  for (spilling_table* each : tables_) bytes += each->bytes_in_memory();
  if (bytes <= most_bytes_in_memory_) return;
  for (spilling_table* each : tables_) each->spill();
}

std::string cold_space::open_range() {
  std::string prefix;
  append_in_order(next_range_++, prefix);
  // The last has no end.
  WEIR_ASSERT(next_range_ != 0);
  return prefix;
}

bool cold_space::get(std::string_view key, std::string& value) {
  return value_or_fail(settled_store().get(key, value));
}

void cold_space::put(std::string_view key, std::string_view value) {
  has_pending_ = true;
  require(store().put(key, value));
}

void cold_space::remove(std::string_view key) {
  has_pending_ = true;
  require(store().remove(key));
}

void cold_space::remove_range(std::string_view prefix) {
  if (store_ == nullptr) return;
  require(settled_store().remove_range(prefix, end_of_range(prefix)));
}

void cold_space::discard_range(std::string_view prefix) noexcept {
  if (store_ == nullptr) return;
  has_pending_ = false;
  if (written_) written_ = store_->commit();
  if (!written_) return;
  static_cast<void>(store_->remove_range(prefix, end_of_range(prefix)));
}

void cold_space::begin_with(const kept_store& kept) {
  WEIR_ASSERT(store_ == nullptr && next_range_ == 0);
  if (kept.format != stores_.format()) return;
  store_ = value_or_fail(stores_.open(settings_, name_, kept.files));
  for (const auto& [table, range] : kept.ranges) unclaimed_.push_back(range.prefix);
  std::sort(unclaimed_.begin(), unclaimed_.end());
  // What other ranges have is in blocks, or older than those: they are as good as removed, and
  // their numbers are given again.
  std::string behind;
  for (const std::string& each : unclaimed_) {
    remove_if_any(*store_, behind, each);
    behind = end_of_range(each);
    next_range_ = number_of(behind);
  }
  remove_if_any(*store_, behind, last_prefix);
}

void cold_space::drop_unclaimed() {
  for (const std::string& each : std::exchange(unclaimed_, {})) remove_range(each);
}

void cold_space::read(std::string_view begin, std::string_view end, std::size_t most,
                      std::vector<stored_entry>& into) {
  require(settled_store().read(begin, end, most, into));
}

std::unique_ptr<entry_view> cold_space::view() { return settled_store().view(); }

entry_store& cold_space::store() {
  require(written_);
  if (store_ == nullptr) store_ = value_or_fail(stores_.open(settings_, name_));
  return *store_;
}

entry_store& cold_space::settled_store() {
  entry_store& opened = store();
  if (std::exchange(has_pending_, false)) require(opened.commit());
  return opened;
}

std::string end_of_range(std::string_view prefix) {
  std::string end{prefix};
  for (std::size_t i = end.size(); i-- > 0;) {
    const auto next = static_cast<unsigned char>(end[i] + 1);
    end[i] = static_cast<char>(next);
    if (next != 0) break;
  }
  return end;
}

void append_hash(std::uint64_t hash, std::string& to) { append_in_order(hash, to); }

std::uint64_t hash_in(std::string_view key) {
  return number_in<std::uint64_t>(key.substr(prefix_size));
}

std::string_view behind_hash(std::string_view key) { return key.substr(shortest_stored_key); }

}  // namespace weir
