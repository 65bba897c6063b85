// SPDX-License-Identifier: Apache-2.0
// What an operator under test remembers of one key, read by the names and types with which the
// operator opened it:
//
//   test.state("fraud", account).value<double>("spent")       std::optional<double>
//   test.state("fraud", account).list<payment>("recent")      std::vector<payment>
//   test.state("fraud", account).map<int, double>("by-shop")  std::map<int, double>
//   test.state("fraud", account).event_timers()               std::vector<event_time>, sorted
//
// It is read out of a snapshot, whose schemas tell whether the types are right. So the state is
// what would be there after a failure; the operator does not notice.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/codec.hpp"
#include "api/expiring_cell.hpp"
#include "api/loading.hpp"
#include "coordination/testing/operator_test_error.hpp"
#include "coordination/testing/test_bench.hpp"

namespace weir {

// Always shows what is there at the moment. The test outlives it. All functions throw
// operator_test_error for names that the operator does not have, and for types that are not those
// of the state.
template <class Key>
class state_of_key {
public:
  state_of_key(test_bench& bench, std::string operator_uid, Key key)
      : bench_{bench}, operator_uid_{std::move(operator_uid)}, key_{std::move(key)} {}

  // Of value_state and reducing_state; of aggregating_state with its accumulator for T. None if the
  // key has none. Of state with a time to live also what has expired and was not removed yet.
  template <class T>
  std::optional<T> value(const std::string& name) const {
    const saved_table table = read(name);
    if (const auto found = find<T>(table, name)) return *found;
    if (const auto found = find<expiring<T, event_time>>(table, name)) return kept(*found);
    if (const auto found = find<expiring<T, processing_time>>(table, name)) return kept(*found);
    throw operator_test_error{within(
        place(name), {error_code::invalid_argument,
                      "its entries are of type " + without_descriptors(table.schema.entry) +
                          ", and are read as " + without_descriptors(schema_with<T>()) +
                          "; name the types with which the operator opens it, the key's too, as in "
                          "test.state<std::int64_t>(\"uid\", 7).value<double>(\"name\")"})};
  }
  // Empty if the key has none.
  template <class T>
  std::vector<T> list(const std::string& name) const {
    return value<std::vector<T>>(name).value_or(std::vector<T>{});
  }
  template <class K, class V>
  std::map<K, V> map(const std::string& name) const {
    return value<std::map<K, V>>(name).value_or(std::map<K, V>{});
  }

  // The timers that are set and have not gone off.
  std::vector<event_time> event_timers() const { return timers<event_time>("event-timers"); }
  std::vector<processing_time> processing_timers() const {
    return timers<processing_time>("processing-timers");
  }

private:
  template <class T>
  static std::string schema_with() {
    return codec<std::pair<Key, T>>::schema();
  }
  template <class T, class Time>
  static std::optional<T> kept(const std::optional<expiring<T, Time>>& entry) {
    return entry ? std::optional<T>{entry->value} : std::nullopt;
  }

  std::string place(const std::string& name) const {
    return "operator \"" + operator_uid_ + "\": state \"" + name + '"';
  }
  saved_table read(const std::string& name) const {
    return value_or_throw("read state", bench_.table(operator_uid_, name));
  }

  // The outer optional is none if the table does not consist of such entries.
  template <class T>
  std::optional<std::optional<T>> find(const saved_table& table, const std::string& name) const {
    if (!(table.schema == table_schema{"keyed", schema_with<T>()})) return std::nullopt;
    std::optional<T> found;
    for_each<std::tuple<Key, T>>(table, name, [&](std::tuple<Key, T>& entry) {
      if (std::get<0>(entry) == key_) found = std::move(std::get<1>(entry));
    });
    return std::optional{std::move(found)};
  }

  template <class Time>
  std::vector<Time> timers(const std::string& name) const {
    using saved_timer = std::tuple<Time, Key, std::uint64_t>;
    const saved_table table = read(name);
    if (!(table.schema == table_schema{"timers", codec<saved_timer>::schema()})) {
      throw operator_test_error{within(
          place(name),
          {error_code::invalid_argument, "its entries are of type " + table.schema.entry +
                                             ", and are read as " + codec<saved_timer>::schema() +
                                             "; name the type of the operator's key, as in "
                                             "test.state<std::int64_t>(\"uid\", 7)"})};
    }
    std::vector<Time> times;
    for_each<saved_timer>(table, name, [&](saved_timer& each) {
      if (std::get<1>(each) == key_) times.push_back(std::get<0>(each));
    });
    std::sort(times.begin(), times.end());
    return times;
  }

  template <class Entry, class Visit>
  void for_each(const saved_table& table, const std::string& name, Visit visit) const {
    for (const state_block& block : table.blocks) {
      value_or_throw(place(name), decode_entries<Entry>(block, [&](Entry entry) -> status {
                       visit(entry);
                       return {};
                     }));
    }
  }

  test_bench& bench_;
  std::string operator_uid_;
  Key key_;
};

}  // namespace weir
