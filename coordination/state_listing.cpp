// SPDX-License-Identifier: Apache-2.0
// Two renderings of the same facts; see coordination/state_listing.hpp.
#include "coordination/state_listing.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "api/schema_text.hpp"
#include "api/text.hpp"
#include "api/time.hpp"
#include "coordination/hexadecimal.hpp"

namespace weir {

namespace {

constexpr std::size_t columns = 6;
using row = std::array<std::string, columns + 1>;  // The last one, the schema, is as long as it is.

std::string in_columns(const std::vector<row>& rows) {
  std::array<std::size_t, columns> widths{};
  for (const row& each : rows) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], each[i].size());
  }
  std::string text;
  for (const row& each : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) {
      line += each[i];
      line.append(widths[i] + 2 - each[i].size(), ' ');
    }
    line += each.back();
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

void append_member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  text::append_json_string(out, name);
  out += ':';
}
void append_member(std::string& out, std::string_view name, std::string_view value) {
  append_member(out, name);
  text::append_json_string(out, value);
}
void append_member(std::string& out, std::string_view name, std::uint64_t value) {
  append_member(out, name);
  text::append_number(out, value);
}

// A member with a list of objects: `append(object, element)` writes what is between the braces.
template <class Elements, class Append>
void append_objects(std::string& out, std::string_view name, const Elements& elements,
                    Append append) {
  append_member(out, name);
  out += '[';
  for (const auto& each : elements) {
    if (out.back() != '[') out += ',';
    out += '{';
    append(each);
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string state_listing(const checkpoint_manifest& manifest,
                          const std::vector<stored_operator>& operators) {
  std::string text;
  text += "job:              " + manifest.job_name + "\n";
  text += "checkpoint:       " + std::to_string(manifest.id.value) + "\n";
  text += "created:          " + to_string(manifest.created) + "\n";
  text += "max parallelism:  " + std::to_string(manifest.max_parallelism) + "\n\n";
  std::vector<row> rows{{"OPERATOR", "PARALLELISM", "STATE", "KIND", "ENTRIES", "BYTES", "SCHEMA"}};
  for (const auto& of : operators) {
    std::string name = of.name;
    std::string parallelism = std::to_string(of.parallelism);
    const auto add = [&](row cells) {
      cells[0] = std::exchange(name, {});
      cells[1] = std::exchange(parallelism, {});
      rows.push_back(std::move(cells));
    };
    for (const auto& table : of.tables) {
      add({"", "", table.name, table.schema.kind, std::to_string(table.entries),
           std::to_string(table.bytes), without_descriptors(table.schema.entry)});
    }
    for (const auto& part : of.parts) {
      add({"", "", part.name, "part", "", std::to_string(part.bytes), ""});
    }
    if (of.tables.empty() && of.parts.empty()) add({"", "", "-", "", "", "", ""});
  }
  return text + in_columns(rows);
}

std::string state_listing_json(const checkpoint_manifest& manifest,
                               const std::vector<stored_operator>& operators) {
  std::string out = "{";
  append_member(out, "job", manifest.job_name);
  append_member(out, "checkpoint", manifest.id.value);
  append_member(out, "created", to_string(manifest.created));
  append_member(out, "max_parallelism", std::uint64_t{manifest.max_parallelism});
  append_objects(out, "operators", operators, [&](const stored_operator& of) {
    append_member(out, "name", of.name);
    // As a number it would be above what JSON can hold safely.
    append_member(out, "id", hexadecimal(of.id.value));
    append_member(out, "parallelism", std::uint64_t{of.parallelism});
    append_objects(out, "tables", of.tables, [&](const stored_table& table) {
      append_member(out, "name", table.name);
      append_member(out, "kind", table.schema.kind);
      append_member(out, "schema", without_descriptors(table.schema.entry));
      append_member(out, "entries", table.entries);
      append_member(out, "bytes", table.bytes);
    });
    append_objects(out, "parts", of.parts, [&](const stored_part& part) {
      append_member(out, "name", part.name);
      append_member(out, "bytes", part.bytes);
    });
  });
  return out + "}\n";
}

}  // namespace weir
