// SPDX-License-Identifier: Apache-2.0
// What operators keep in members and not in tables: a value in a part of the snapshot.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/codec.hpp"
#include "api/operator.hpp"

namespace weir {

template <encodable T>
void save_part(state_parts& parts, const std::string& name, const T& value) {
  std::string bytes;
  codec<T>::encode(value, bytes);
  parts[name] = std::move(bytes);
}

// What save_part saved: by this subtask itself if the parallelism is what it was, else by each
// former subtask; empty if the job starts afresh or nothing was saved. Throws task_failure if a
// part is not what was written.
template <encodable T>
std::vector<T> restored_parts(const operator_context& context, const std::string& name) {
  std::vector<T> values;
  if (context.restored == nullptr) return values;
  const std::vector<std::string> parts = context.restored->parts(name);
  const bool has_own = parts.size() == context.parallelism;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (has_own && i != context.subtask.value) continue;
    std::string_view bytes = parts[i];
    auto value = codec<T>::decode(bytes);
    if (!value || !bytes.empty()) {
      throw task_failure{
          {error_code::corrupt_data,
           "restore \"" + name + "\": " +
               (value ? std::to_string(bytes.size()) + " bytes too many"
                      : value.failure().message) +
               "; the checkpoint is damaged or was written by another version of this operator"}};
    }
    values.push_back(*std::move(value));
  }
  return values;
}

}  // namespace weir
