// SPDX-License-Identifier: Apache-2.0
// A record on which a user's function failed the job, and how it is known again: a record that does
// so attempt after attempt is a poison record (coordination/poison_records.hpp).
//
// Best known is where the source has it from. That is certain only of the operators that take their
// records from the source itself, in its task. Behind others - a filter, an exchange - a record is
// told by its text and by what the function said; two records with the same text count as one.
#pragma once

#include <cstddef>
#include <string>

#include "api/error_policy.hpp"
#include "api/ids.hpp"
#include "api/time.hpp"

namespace weir {

struct failed_record {
  operator_id failed_in;
  std::string operator_name;  // "parse (2/4)".
  std::string record;         // As text; empty if it cannot be printed.
  std::string cause;          // What the exception said.
  std::string place;          // "orders.csv: line 7", "the timer of ..."; empty if not known.
  std::string among;          // Without a place, perhaps: "orders.csv: line 1 to line 256".
  event_time time = beginning_of_time;
  bool can_be_left_out = true;  // No: of input that a source cannot read, the source decides.

  friend bool operator==(const failed_record&, const failed_record&) = default;
};

// The same for the same record in every attempt, and for no other where its place is known.
std::string identity_of(const failed_record& record);

// "orders.csv: line 7", or what else is known: "one of orders.csv: line 1 to ..., record {..}".
std::string origin_of(const failed_record& record);

// The engine's side of a function that failed.
class record_failures {
public:
  virtual ~record_failures() = default;
  // The record was the `index`-th of the batch at hand. Adds to `failed` what is known of its
  // place, if the operator knows none. Answers what is to be done: fail, unless it is known to be
  // poison.
  virtual error_policy on_record_failed(failed_record& failed, std::size_t index) = 0;
};

}  // namespace weir
