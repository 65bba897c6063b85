// SPDX-License-Identifier: Apache-2.0
// See coordination/state_line.hpp.
#include "coordination/state_line.hpp"

#include <cstdint>

#include "api/base64.hpp"
#include "api/schema_text.hpp"
#include "api/text.hpp"

namespace weir {

namespace {

std::string table_address(const std::string& operator_name, const std::string& table) {
  std::string address = "\"operator\":";
  text::append_json_string(address, operator_name);
  address += ",\"table\":";
  text::append_json_string(address, table);
  return address;
}

}  // namespace

std::string entry_address(const std::string& operator_name, const std::string& table,
                          const entry_decoder& decoder, const state_entry& entry) {
  std::string address = table_address(operator_name, table) + ",\"key\":" + entry.key;
  if (!entry.place.empty()) {
    address.append(",\"").append(decoder.place_name()).append("\":").append(entry.place);
  }
  return address;
}

std::string entry_line(const std::string& operator_name, const std::string& table,
                       const entry_decoder& decoder, const state_entry& entry) {
  return "{" + entry_address(operator_name, table, decoder, entry) + ",\"value\":" + entry.value +
         "}\n";
}

std::string block_line(const std::string& operator_name, const std::string& table,
                       const state_block& block) {
  std::string line = "{" + table_address(operator_name, table) +
                     ",\"undecoded\":{\"entries\":" + std::to_string(block.entries) +
                     ",\"base64\":\"";
  append_base64(line, block.bytes);
  return line + "\"}}\n";
}

status for_each_entry(const std::string& operator_name, const table_entry& table,
                      const state_block& block,
                      const std::function<void(const entry_decoder&, const state_entry&)>& use) {
  const std::string activity = "operator " + operator_name + ": table " + table.name;
  const auto decoder = entry_decoder::of(table.schema);
  if (!decoder) return within(activity, decoder.failure());
  std::string_view rest = block.bytes;
  std::uint64_t count = 0;
  for (; !rest.empty(); ++count) {
    const auto entry = decoder->next(rest);
    if (!entry) return within(activity, entry.failure());
    use(*decoder, *entry);
  }
  if (count == block.entries) return {};
  return error{error_code::corrupt_data,
               activity + ": " + std::to_string(count) + " entries in a block of " +
                   std::to_string(block.entries) + "; its schema " +
                   without_descriptors(table.schema.entry) + " may not be how it is encoded"};
}

}  // namespace weir
