// SPDX-License-Identifier: Apache-2.0
// The error policies, applied to one record.
#include "api/operators/guarded.hpp"

#include "api/failed_record.hpp"

namespace weir {

namespace {

std::string position_of(const operator_context& context, std::size_t index, event_time time) {
  // Records are counted batch by batch, so records_in is the number of those before this batch.
  std::string position =
      "record " + std::to_string(context.counters.records_in + index + 1) + " of this subtask";
  if (time != beginning_of_time) position += ", event time " + to_string(time);
  return position;
}

void emit_dead_letter(operator_context& context, dead_letter letter) {
  batch_of<dead_letter> batch;
  batch.push(std::move(letter), event_time_of(context.now));
  context.ports[context.dead_letter_port]->emit(batch);
}

// Of a record that would fail the job: whether it has done so often enough. A record that does not
// fail it any more has a place that says more than its number.
error_policy policy_for(operator_context& context, const std::string& record,
                        const std::string& cause, std::size_t index, event_time time,
                        std::string& place) {
  if (context.on_error != error_policy::fail || context.failures == nullptr) {
    return context.on_error;
  }
  failed_record failed{.failed_in = context.id,
                       .operator_name = context.name,
                       .record = record,
                       .cause = cause,
                       .place = place,
                       .among = {},
                       .time = time};
  const auto policy = context.failures->on_record_failed(failed, index);
  if (policy != error_policy::fail) place = std::move(failed.place);
  return policy;
}

}  // namespace

void handle_user_error(operator_context& context, std::string record, std::string cause,
                       std::size_t index, event_time time, std::string place) {
  const auto policy = policy_for(context, record, cause, index, time, place);
  std::string position = place.empty() ? position_of(context, index, time) : std::move(place);
  switch (policy) {
    case error_policy::fail: {
      std::string message = "the function threw at " + position;
      if (!record.empty()) message += ", " + record;
      throw task_failure{{error_code::user_function,
                          message + ": " + cause +
                              "; fix the function, or choose what becomes of such records with "
                              ".on_error(skip_and_count()) or .on_error(dead_letters_to(...))"}};
    }
    case error_policy::skip:
      ++context.counters.skipped;
      return;
    case error_policy::dead_letter:
      ++context.counters.dead_lettered;
      emit_dead_letter(context,
                       {std::move(record), std::move(cause), context.name, std::move(position)});
      return;
  }
}

}  // namespace weir
