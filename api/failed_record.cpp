// SPDX-License-Identifier: Apache-2.0
// What tells one failed record from another.
#include "api/failed_record.hpp"

namespace weir {

namespace {

// Length first, so that no two lists of parts look alike.
void append_part(std::string& to, const std::string& part) {
  to += std::to_string(part.size());
  to += ':';
  to += part;
}

}  // namespace

std::string identity_of(const failed_record& record) {
  std::string identity = std::to_string(record.failed_in.value);
  append_part(identity, record.place);
  append_part(identity, record.record);
  if (record.place.empty()) append_part(identity, record.cause);
  if (record.place.empty() && record.record.empty()) append_part(identity, to_string(record.time));
  return identity;
}

std::string origin_of(const failed_record& record) {
  if (!record.place.empty()) return record.place;
  std::string known = record.among.empty() ? "a place that is not known behind an exchange"
                                           : "one of " + record.among;
  if (record.time != beginning_of_time) known += ", event time " + to_string(record.time);
  if (!record.record.empty()) known += ", " + record.record;
  return known;
}

}  // namespace weir
