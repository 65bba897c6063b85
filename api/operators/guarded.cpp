// SPDX-License-Identifier: Apache-2.0
// The error policies, applied to one record.
#include "api/operators/guarded.hpp"

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

}  // namespace

void handle_user_error(operator_context& context, std::string record, std::string cause,
                       std::size_t index, event_time time, std::string place) {
  std::string position = place.empty() ? position_of(context, index, time) : std::move(place);
  switch (context.on_error) {
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
