// SPDX-License-Identifier: Apache-2.0
// The output of one subtask of a log sink: written ahead into the checkpoint, and into the log once
// the checkpoint has completed.
//
// A log aborts the transaction of a process that has gone, so none may be left open until a
// checkpoint has completed. `prepare` therefore stores the records themselves; `commit` writes them
// and a marker in one transaction. Whatever happens, and however late a job begins again:
//
// 1. Each writer of each attempt has a transactional id of its own, <sink>-<attempt>-<subtask>, and
//    numbers what it prepares from 1. A transaction sets the metadata of the group of that name to
//    the number: the marker.
// 2. Numbers are committed in their order. So what was prepared as number n is in the log if the
//    marker is n or more, whoever has committed it, and whatever the parallelism is now.
// 3. The marker is only believed behind a new producer of that id: then nothing that a former one
//    has sent can still take effect. A result that is unknown is found out in the same way.
// 4. A writer is the only one that commits what it has prepared, until a later attempt recovers it.
//    If it finds a marker that is not its own, it has been given up, and fails.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/fields.hpp"
#include "api/replayable_log.hpp"
#include "api/sink.hpp"

namespace weir {

struct log_output_options {
  std::string topic{};
  std::string sink{};  // Of all sinks of a job no other has this name.
  duration transaction_timeout = std::chrono::minutes{1};
};

// What `prepare` makes a checkpoint hold. The records, encoded, stand behind it.
struct prepared_transaction {
  std::uint8_t version = 1;
  std::string id{};             // Transactional id and group.
  std::string topic{};          // To which it goes, wherever the sink writes by now.
  std::uint64_t number = 0;     // From 1.
  std::uint64_t committed = 0;  // That much of the writer's output was committed by then.
  std::uint64_t records = 0;
};
WEIR_FIELDS(prepared_transaction, version, id, topic, number, committed, records)

// The head and the records of what `prepare` has returned.
// Errors (corrupt_data): those bytes are something else.
struct decoded_transaction {
  prepared_transaction head{};
  std::vector<log_record> records{};
};
result<decoded_transaction> decode_transaction(std::string_view bytes);

class log_transactions {
public:
  // Errors: no checkpoints, no such topic, a timeout that is no time.
  static result<log_transactions> open(std::shared_ptr<replayable_log> log,
                                       log_output_options options, const sink_context& context);

  void add(const log_record& record);
  // See sink_writer. What was added since the last; empty without records.
  std::string prepare();
  // Tries again at once, a few times, what may succeed then. Errors name the topic and the id.
  status commit(std::string_view prepared);

private:
  log_transactions(std::shared_ptr<replayable_log> log, log_output_options options, std::string id);

  // The one producer that is there, and what its group's marker says.
  struct open_producer {
    std::string id;
    std::unique_ptr<log_producer> writer;
    std::uint64_t committed = 0;
  };
  log_status try_commit(const decoded_transaction& transaction);
  log_status make_producer(const std::string& id);
  // Whether that marker can be of these.
  log_status check_marker(const prepared_transaction& of) const;
  log_status write(const decoded_transaction& transaction);

  std::shared_ptr<replayable_log> log_;
  log_output_options options_;
  std::string own_id_;
  std::string encoded_;  // Records that are not prepared.
  std::uint64_t added_ = 0;
  std::uint64_t prepared_ = 0;   // The last number.
  std::uint64_t committed_ = 0;  // The same, of what this writer has prepared.
  std::uint64_t sent_ = 0;       // The last that it has tried to commit.
  std::optional<open_producer> producer_;
};

// Without a transaction. What may have been written is written again if nobody has answered.
status append_at_least_once(replayable_log& log, const std::string& topic,
                            const std::vector<log_record>& records);

}  // namespace weir
