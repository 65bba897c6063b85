// SPDX-License-Identifier: Apache-2.0
// One function for each kind of schema; see state/evolution_planner.hpp.
#include "state/evolution_planner.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

bool is_integer(const schema& of) {
  return of.kind == schema_kind::unsigned_integer || of.kind == schema_kind::signed_integer;
}

std::optional<std::size_t> position_of(std::string_view name,
                                       const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

// Equal but for what fields are called, and none has the name of another.
bool has_same_encoding(const schema& a, const schema& b) {
  const auto without_names = [](const schema& of) {
    return of.kind == schema_kind::record ? schema_kind::tuple : of.kind;
  };
  if (without_names(a) != without_names(b) || a.parts.size() != b.parts.size()) return false;
  if (a.parts.empty()) return a.text == b.text;
  if (a.count != b.count || a.period != b.period || a.fraction != b.fraction) return false;
  if (a.kind == schema_kind::sequence && a.text.front() != b.text.front()) return false;
  const std::size_t named = std::min(a.names.size(), b.names.size());
  for (std::size_t i = 0; i < named; ++i) {
    if (a.names[i] != b.names[i] && position_of(a.names[i], b.names)) return false;
  }
  return std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), has_same_encoding);
}

std::vector<std::string_view> names_in(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, end);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) names.push_back(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

bool is_number(const schema& of) {
  return is_integer(of) || of.kind == schema_kind::floating_point ||
         (of.kind == schema_kind::enumeration && is_integer(of.parts[0]));
}

bool is_record(const schema& of) {
  return of.kind == schema_kind::record || of.kind == schema_kind::tuple;
}

std::uint64_t width_of(const schema& of) {
  return of.kind == schema_kind::enumeration ? of.parts[0].width : of.width;
}

}  // namespace

const type_notes& part_of(const type_notes& notes, std::size_t part) {
  static const type_notes none;
  return part < notes.parts.size() ? notes.parts[part] : none;
}

evolution_planner::path_part::path_part(evolution_planner& owner, std::string_view part)
    : path_{owner.path_}, length_{path_.size()} {
  if (!path_.empty() && part.front() != '[') path_ += '.';
  path_ += part;
}

conversion_step evolution_planner::plan(const schema& from, const schema& to,
                                        const type_notes& notes, freedom may) {
  if (failed()) return {};
  if (to.kind == schema_kind::optional && from.kind != schema_kind::optional) {
    return plan_into_optional(from, to, notes, may);
  }
  if (is_number(from) && is_number(to)) return plan_number(from, to);
  if (is_record(from) && is_record(to)) return plan_record(from, to, notes, may);
  if (from.kind != to.kind) return refuse(from, to, "");
  switch (to.kind) {
    case schema_kind::string:
      return plan_bytes(action::copy_counted, from, to);
    case schema_kind::message:
      return plan_message(from, to);
    case schema_kind::time_span:
      return plan_time_span(from, to);
    case schema_kind::array:
      return plan_array(from, to, notes, may);
    case schema_kind::sequence:
      return plan_sequence(from, to, notes, may);
    case schema_kind::mapping:
      return plan_mapping(from, to, notes, may);
    case schema_kind::optional:
      return around(action::optional, plan(from.parts[0], to.parts[0], part_of(notes, 0), may),
                    from.text);
    case schema_kind::variant:
      return plan_variant(from, to, notes, may);
    case schema_kind::foreign:
      return plan_foreign(from, to, notes);
    default:
      return plan_bytes(action::copy, from, to);
  }
}

conversion_step evolution_planner::plan_key(const schema& from, const schema& to,
                                            const type_notes& notes, const std::string& what) {
  if (!has_same_encoding(from, to)) {
    return refuse(from, to,
                  "a " + what +
                      " must stay as it is encoded, because its place in the table and its key "
                      "group follow from that");
  }
  if (from.text != to.text) changes_.push_back(what + ": names of fields");
  const path_part here{*this, what};
  const auto changes_before = changes_.size();
  conversion_step step = plan(from, from, notes, freedom::keeps_encoding);
  changes_.resize(changes_before);
  return step;
}

std::string evolution_planner::located(const std::string& name) const {
  return path_.empty() ? name : path_ + "." + name;
}

conversion_step evolution_planner::refuse(const schema& from, const schema& to,
                                          const std::string& reason) {
  if (failed()) return {};
  const std::string place = path_.empty() ? "" : path_ + ": ";
  failure_ =
      error{error_code::invalid_argument, place + from.text + " cannot become " + to.text +
                                              (reason.empty() ? std::string{} : ": " + reason)};
  return {};
}

void evolution_planner::note_change(const schema& from, const schema& to) {
  changes_.push_back((path_.empty() ? "" : path_ + " ") + from.text + "->" + to.text);
}

conversion_step evolution_planner::plan_bytes(action what, const schema& from, const schema& to) {
  if (from.text != to.text) return refuse(from, to, "");
  conversion_step step = copy_of(std::max<std::uint64_t>(width_of(from), 1), from.text);
  step.what = what;
  return step;
}

conversion_step evolution_planner::plan_number(const schema& whole_from, const schema& whole_to) {
  const auto number_of = [](const schema& of) -> const schema& {
    return of.kind == schema_kind::enumeration ? of.parts[0] : of;
  };
  const schema& from = number_of(whole_from);
  const schema& to = number_of(whole_to);
  if (whole_from.text != whole_to.text) note_change(whole_from, whole_to);
  if (from.text == to.text) return copy_of(from.width, whole_from.text);
  conversion_step step = copy_of(from.width, whole_from.text);
  step.new_size = to.width;
  const bool is_wider = from.width < to.width;
  if (from.kind == schema_kind::floating_point && to.kind == from.kind && is_wider) {
    step.what = action::widen_floating;
    return step;
  }
  const bool keeps_sign = from.kind == to.kind || from.kind == schema_kind::unsigned_integer;
  if (is_integer(from) && is_integer(to) && is_wider && keeps_sign) {
    step.what =
        from.kind == schema_kind::signed_integer ? action::widen_signed : action::widen_unsigned;
    return step;
  }
  return refuse(whole_from, whole_to,
                "a number may only become a wider one that has all its values, as u32 to u64, "
                "u32 to i64, i32 to i64 and f32 to f64");
}

conversion_step evolution_planner::plan_into_optional(const schema& from, const schema& to,
                                                      const type_notes& notes, freedom may) {
  note_change(from, to);
  conversion_step mark;
  mark.what = action::write;
  mark.text = std::string(1, '\1');
  std::vector<conversion_step> steps{std::move(mark)};
  steps.push_back(plan(from, to.parts[0], part_of(notes, 0), may));
  return in_order(std::move(steps), from.text);
}

conversion_step evolution_planner::plan_message(const schema& from, const schema& to) {
  if (from.text == to.text) return plan_bytes(action::copy_counted, from, to);
  return refuse(from, to, "a message of Protocol Buffers keeps its full name");
}

conversion_step evolution_planner::plan_time_span(const schema& from, const schema& to) {
  if (from.period != to.period || from.fraction != to.fraction) {
    return refuse(from, to, "a duration keeps its unit");
  }
  return plan(from.parts[0], to.parts[0], {}, freedom::all);
}

conversion_step evolution_planner::plan_array(const schema& from, const schema& to,
                                              const type_notes& notes, freedom may) {
  if (from.count != to.count) return refuse(from, to, "an array keeps its length");
  const path_part here{*this, "[]"};
  auto step =
      around(action::repeat, plan(from.parts[0], to.parts[0], part_of(notes, 0), may), from.text);
  step.size = from.count;
  return step;
}

conversion_step evolution_planner::plan_sequence(const schema& from, const schema& to,
                                                 const type_notes& notes, freedom may) {
  const bool becomes_set = to.text.starts_with("set<");
  const bool was_set = from.text.starts_with("set<");
  if (becomes_set && !was_set) {
    return refuse(from, to, "its elements are in no order and may come twice");
  }
  if (was_set && !becomes_set) note_change(from, to);
  const path_part here{*this, "[]"};
  return around(action::repeat_counted,
                plan(from.parts[0], to.parts[0], part_of(notes, 0),
                     becomes_set ? std::max(may, freedom::keeps_order) : may),
                from.text);
}

conversion_step evolution_planner::plan_mapping(const schema& from, const schema& to,
                                                const type_notes& notes, freedom may) {
  std::vector<conversion_step> entry;
  {
    const path_part here{*this, "[key]"};
    entry.push_back(
        plan(from.parts[0], to.parts[0], part_of(notes, 0), std::max(may, freedom::keeps_order)));
  }
  const path_part here{*this, "[]"};
  entry.push_back(plan(from.parts[1], to.parts[1], part_of(notes, 1), may));
  return around(action::repeat_counted, in_order(std::move(entry), ""), from.text);
}

conversion_step evolution_planner::plan_variant(const schema& from, const schema& to,
                                                const type_notes& notes, freedom may) {
  if (from.parts.size() > to.parts.size()) {
    return refuse(from, to, "a variant keeps its alternatives; new ones come behind them");
  }
  conversion_step step;
  step.what = action::choose;
  step.text = from.text;
  for (std::size_t i = 0; i < from.parts.size(); ++i) {
    const path_part here{*this, "<" + std::to_string(i) + ">"};
    step.parts.push_back(plan(from.parts[i], to.parts[i], part_of(notes, i), may));
  }
  for (std::size_t i = from.parts.size(); i < to.parts.size(); ++i) {
    changes_.push_back(located("<" + std::to_string(i) + ">") + " +" + to.parts[i].text);
  }
  return step;
}

conversion_step evolution_planner::plan_foreign(const schema& from, const schema& to,
                                                const type_notes& notes) {
  if (from.text != to.text) {
    return refuse(from, to, "only its own codec knows how it is encoded");
  }
  if (notes.step_over == nullptr) {
    return refuse(from, to,
                  "only its own codec knows where it ends, and the program has that no more at "
                  "this place; leave it where it was");
  }
  conversion_step step;
  step.what = action::step_over;
  step.text = from.text;
  step.taker = notes.step_over;
  return step;
}

conversion_step evolution_planner::plan_record(const schema& from, const schema& to,
                                               const type_notes& notes, freedom may) {
  if (from.names.empty() || may != freedom::all) return plan_by_position(from, to, notes, may);
  if (to.names.empty()) {
    return refuse(from, to,
                  "its fields have lost their names; give the struct its WEIR_FIELDS line");
  }
  return plan_by_name(from, to, notes);
}

conversion_step evolution_planner::plan_by_position(const schema& from, const schema& to,
                                                    const type_notes& notes, freedom may) {
  if (from.parts.size() != to.parts.size()) {
    return refuse(from, to,
                  may == freedom::all
                      ? "what has no names was saved by position: as many as before; a struct "
                        "with a WEIR_FIELDS line may gain and lose fields"
                      : "in sets and in keys of maps fields keep their places");
  }
  const bool has_names = !from.names.empty() && !to.names.empty();
  std::vector<conversion_step> parts;
  for (std::size_t i = 0; i < from.parts.size(); ++i) {
    if (has_names && from.names[i] != to.names[i] && position_of(from.names[i], to.names)) {
      return refuse(from, to, "in sets and in keys of maps fields keep their places");
    }
    const path_part here{*this, to.names.empty() ? std::to_string(i + 1) : to.names[i]};
    parts.push_back(plan(from.parts[i], to.parts[i], part_of(notes, i), may));
  }
  return in_order(std::move(parts), from.text);
}

// Where every field of `to` comes from; fails if two come from one.
evolution_planner::field_matches evolution_planner::match_fields(const schema& from,
                                                                 const schema& to,
                                                                 const type_notes& notes) {
  field_matches matches(to.names.size());
  std::vector<bool> is_taken(from.names.size());
  for (std::size_t i = 0; i < to.names.size(); ++i) {
    matches[i] = position_of(to.names[i], from.names);
    if (!matches[i]) continue;
    if (is_taken[*matches[i]]) {
      refuse(from, to, "more than one field has the name " + to.names[i]);
      return matches;
    }
    is_taken[*matches[i]] = true;
  }
  for (std::size_t i = 0; i < std::min(to.names.size(), notes.former_names.size()); ++i) {
    if (matches[i]) continue;
    for (const std::string_view former : names_in(notes.former_names[i])) {
      const auto found = position_of(former, from.names);
      if (!found) continue;
      if (is_taken[*found]) {
        refuse(from, to,
               "more than one field says that it was " + std::string{former} +
                   "; leave the name to one of them");
        return matches;
      }
      matches[i] = found;
      is_taken[*found] = true;
      changes_.push_back(located(std::string{former}) + "->" + to.names[i]);
      break;
    }
  }
  return matches;
}

conversion_step evolution_planner::new_field(const schema& of, std::size_t field,
                                             const type_notes& notes) {
  changes_.push_back("+" + located(of.names[field]));
  auto fresh = notes.default_of == nullptr ? std::nullopt : notes.default_of(field);
  if (!fresh) {
    refuse({}, of, "");
    failure_->message = located(of.names[field]) + ": it is new, and " + of.parts[field].text +
                        " has no default that could be saved";
    return {};
  }
  conversion_step step;
  step.what = action::write;
  step.text = *std::move(fresh);
  return step;
}

// Of what is gone: as it is, to be dropped.
conversion_step evolution_planner::former_field(const schema& from, std::size_t field) {
  const auto changes_before = changes_.size();
  const path_part here{*this, from.names[field]};
  conversion_step step = plan(from.parts[field], from.parts[field], {}, freedom::all);
  changes_.resize(changes_before);
  return step;
}

conversion_step evolution_planner::plan_by_name(const schema& from, const schema& to,
                                                const type_notes& notes) {
  const field_matches matches = match_fields(from, to, notes);
  std::vector<std::optional<std::size_t>> taken_by(from.names.size());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (matches[i]) taken_by[*matches[i]] = i;
  }
  conversion_step whole;
  whole.what = action::rearrange;
  whole.text = from.text;
  for (std::size_t i = 0; i < from.names.size(); ++i) {
    if (!taken_by[i]) {
      changes_.push_back("-" + located(from.names[i]));
      whole.parts.push_back(former_field(from, i));
      continue;
    }
    const path_part here{*this, to.names[*taken_by[i]]};
    whole.parts.push_back(
        plan(from.parts[i], to.parts[*taken_by[i]], part_of(notes, *taken_by[i]), freedom::all));
  }
  for (std::size_t i = 0; i < matches.size() && !failed(); ++i) {
    whole.order.push_back(matches[i].value_or(whole.parts.size()));
    if (!matches[i]) whole.parts.push_back(new_field(to, i, notes));
  }
  return failed() ? whole : simplified(std::move(whole));
}

}  // namespace weir
