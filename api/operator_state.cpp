// SPDX-License-Identifier: Apache-2.0
// How operator state becomes parts of a snapshot, and what is said when it cannot come back.
#include "api/operator_state.hpp"

namespace weir {
namespace {

std::string part_of(const std::string& name) { return std::string{operator_state_prefix} + name; }

}  // namespace

void operator_state::save(state_parts& parts) const {
  for (const auto& [name, opened] : opened_) opened.value->encode(parts[part_of(name)]);
}

std::vector<std::string> operator_state::saved(const std::string& name) const {
  if (context_.restored == nullptr) return {};
  return context_.restored->parts(part_of(name));
}

void operator_state::require_new(const std::string& name, const std::string& description) const {
  const auto known = opened_.find(name);
  if (known == opened_.end()) return;
  throw task_failure{
      {error_code::plan_error, "state \"" + name + "\" is opened twice, as " +
                                   known->second.description + " and as " + description +
                                   "; give each state of an operator a name of its own"}};
}

std::string operator_state::take_schema(const std::string& name, std::string_view& bytes) {
  auto schema = codec<std::string>::decode(bytes);
  if (!schema) fail_to_restore(name, schema.failure().message);
  return *std::move(schema);
}

std::string operator_state::evolve(const std::string& name, const std::string& saved,
                                   const present_type& now, std::string_view bytes) const {
  auto evolved = context_.restored->evolved(saved, now, bytes);
  if (evolved) return *std::move(evolved);
  if (evolved.failure().code == error_code::corrupt_data) {
    fail_to_restore(name, evolved.failure().message);
  }
  throw task_failure{
      {evolved.failure().code,
       "state \"" + name + "\" was saved as " + without_descriptors(saved) + " but is now " +
           without_descriptors(now.schema) + ": " + evolved.failure().message +
           "; give it its former type back, or another name, with which it starts empty"}};
}

void operator_state::require_end(const std::string& name, std::string_view rest) {
  if (!rest.empty()) fail_to_restore(name, std::to_string(rest.size()) + " bytes too many");
}

void operator_state::fail_to_restore(const std::string& name, const std::string& what) {
  throw task_failure{
      {error_code::corrupt_data, "restore state \"" + name + "\": " + what +
                                     "; the checkpoint is damaged, restore an older one"}};
}

}  // namespace weir
