// SPDX-License-Identifier: Apache-2.0
// Two sorted maps of entries, compared entry by entry; see coordination/state_difference.hpp.
#include "coordination/state_difference.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "api/schema_text.hpp"
#include "coordination/state_line.hpp"
#include "state/state_entry.hpp"

namespace weir {

namespace {

struct known_value {
  std::string json;
  std::string content;
  std::string schema;  // Of the whole entry, without descriptors.
};

struct all_entries {
  std::map<std::string, known_value> values;  // By their address.
  std::map<std::string, error> undecodable;   // By operator and table.
};

// An address is JSON that loses nothing of a key, so that equal ones are the same key.
result<all_entries> read_all(const stored_state& state) {
  all_entries all;
  auto read = state.for_each_block(
      {}, [&](const std::string& of, const table_entry& table, const state_block& block) -> status {
        if (const auto decoder = entry_decoder::of(table.schema); !decoder) {
          const std::string place = "operator " + of + ": table " + table.name;
          all.undecodable.emplace(place, within(place, decoder.failure()));
          return {};
        }
        const auto entry_schema = without_descriptors(table.schema.entry);
        return for_each_entry(of, table, block,
                              [&](const entry_decoder& decoder, const state_entry& entry) {
                                all.values[entry_address(of, table.name, decoder, entry)] = {
                                    entry.value, entry.content, entry_schema};
                              });
      });
  if (!read) return read.failure();
  return all;
}

bool is_same(const known_value& a, const known_value& b) {
  return a.schema == b.schema ? a.content == b.content : a.json == b.json;
}

class difference {
public:
  explicit difference(const state_output& output) : output_{output} {}

  void write(const std::map<std::string, known_value>& before,
             const std::map<std::string, known_value>& after) {
    auto old = before.begin();
    auto now = after.begin();
    while (old != before.end() || now != after.end()) {
      if (now == after.end() || (old != before.end() && old->first < now->first)) {
        ++removed_;
        line("removed", old->first, ",\"value\":" + old->second.json);
        ++old;
      } else if (old == before.end() || now->first < old->first) {
        ++added_;
        line("added", now->first, ",\"value\":" + now->second.json);
        ++now;
      } else {
        compare(old->first, old->second, now->second);
        ++old;
        ++now;
      }
    }
  }

  std::string summary() const {
    return std::to_string(added_) + " added, " + std::to_string(removed_) + " removed, " +
           std::to_string(changed_) + " changed, " + std::to_string(same_) + " the same";
  }

private:
  void compare(const std::string& address, const known_value& old, const known_value& now) {
    if (is_same(old, now)) {
      ++same_;
      return;
    }
    ++changed_;
    line("changed", address, ",\"before\":" + old.json + ",\"after\":" + now.json);
  }

  void line(const std::string& change, const std::string& address, const std::string& rest) {
    output_.answer("{\"change\":\"" + change + "\"," + address + rest + "}\n");
  }

  const state_output& output_;
  std::uint64_t added_ = 0;
  std::uint64_t removed_ = 0;
  std::uint64_t changed_ = 0;
  std::uint64_t same_ = 0;
};

}  // namespace

status write_difference(const stored_state& before, const stored_state& after,
                        const state_output& output) {
  const auto old = read_all(before);
  if (!old) return old.failure();
  auto now = read_all(after);
  if (!now) return now.failure();
  difference found{output};
  found.write(old->values, now->values);
  output.remark(found.summary());
  now->undecodable.insert(old->undecodable.begin(), old->undecodable.end());
  if (now->undecodable.empty()) return {};
  return within("not compared", now->undecodable.begin()->second);
}

}  // namespace weir
