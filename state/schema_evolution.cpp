// SPDX-License-Identifier: Apache-2.0
// What is asked of state/evolution_planner.hpp, for values and for entries of tables.
#include "state/schema_evolution.hpp"

#include <utility>

#include "state/evolution_planner.hpp"
#include "state/schema.hpp"

namespace weir {

namespace {

result<schema> parse(const std::string& text) {
  auto parsed = parse_schema(text);
  if (parsed) return parsed;
  return within("it cannot be compared", parsed.failure());
}

// What the parts of an entry are to the table: all but the value are keys in some way.
std::vector<std::string_view> entry_parts(const std::string& kind) {
  if (kind == "keyed") return {"key", "value"};
  if (kind == "timers") return {"time", "key", "number"};
  if (kind == "window-slices") return {"slice", "key", "value"};
  return {};
}

result<schema_evolution> finished(evolution_planner& planner, conversion_step step) {
  if (planner.failed()) return planner.failure();
  return schema_evolution{std::move(step), planner.changes()};
}

}  // namespace

result<schema_evolution> plan_evolution(const std::string& saved, const present_type& now) {
  const auto from = parse(saved);
  if (!from) return from.failure();
  const auto to = parse(now.schema);
  if (!to) return to.failure();
  evolution_planner planner;
  conversion_step step = planner.plan(*from, *to, now.notes, freedom::all);
  return finished(planner, std::move(step));
}

result<schema_evolution> plan_evolution(const table_schema& saved, const table_schema& now,
                                        const type_notes& notes) {
  const auto from = parse(saved.entry);
  if (!from) return from.failure();
  const auto to = parse(now.entry);
  if (!to) return to.failure();
  const auto names = entry_parts(now.kind);
  const bool is_known = from->kind == schema_kind::tuple && to->kind == from->kind &&
                        from->parts.size() == names.size() && to->parts.size() == names.size();
  if (saved.kind != now.kind || !is_known) {
    return error{error_code::invalid_argument,
                 "the operator keeps another kind of table under this name"};
  }
  evolution_planner planner;
  std::vector<conversion_step> parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& of_part = part_of(notes, i);
    parts.push_back(
        names[i] == "value"
            ? planner.plan(from->parts[i], to->parts[i], of_part, freedom::all)
            : planner.plan_key(from->parts[i], to->parts[i], of_part, std::string{names[i]}));
  }
  if (planner.failed()) return planner.failure();
  return finished(planner, in_order(std::move(parts), ""));
}

result<std::string> evolve_value(const std::string& saved, const present_type& now,
                                 std::string_view bytes) {
  const auto plan = plan_evolution(saved, now);
  if (!plan) return plan.failure();
  std::string evolved;
  auto converted = convert(plan->step, bytes, evolved);
  if (converted && !bytes.empty()) {
    converted = error{error_code::corrupt_data, std::to_string(bytes.size()) + " bytes too many"};
  }
  if (!converted) return error{error_code::corrupt_data, converted.failure().message};
  return evolved;
}

}  // namespace weir
