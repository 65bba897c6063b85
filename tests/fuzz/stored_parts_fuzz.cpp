// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a checkpoint holds of sources and sinks: refused, or taken for what they are.
// No path leads anywhere but where it says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "api/source_progress.hpp"
#include "connectors/index_range.hpp"
#include "connectors/log_reading.hpp"
#include "connectors/log_transactions.hpp"
#include "connectors/pending_file.hpp"
#include "connectors/text_split.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "coordination/simulation/simulated_log.hpp"
#include "tests/support/former_operator.hpp"

namespace {

// What a split says is understood as it is written.
void read_as_split(const weir::source_split& split) {
  const auto ranges = weir::parse_index_ranges("fuzzed", {split});
  if (ranges) {
    for (const auto& range : *ranges) WEIR_ASSERT(range.stride > 0 && range.next >= range.begin);
    const auto again = weir::parse_index_ranges("fuzzed", weir::to_source_splits(*ranges));
    WEIR_ASSERT(again && *again == *ranges);
  }
  if (const auto cursor = weir::parse_log_cursor("fuzzed", split)) {
    const auto same = weir::parse_log_cursor("fuzzed", weir::to_source_split(*cursor));
    WEIR_ASSERT(same && *same == *cursor);
  }
  const auto text = weir::parse_text_split(split);
  if (!text) return;
  const auto again = weir::parse_text_split(weir::to_source_split(*text));
  WEIR_ASSERT(again && *again == *text);
}

void read_as_progress(const std::string& input) {
  const weir::former_operator from{{{{weir::source_progress_part, input}}}};
  const auto splits = weir::restore_source_progress(from, {0}, 1);
  if (!splits) return;
  for (const auto& each : *splits) read_as_split({each.id, each.position});
}

// A sink's output, of which one file is there.
void read_as_output(const std::string& input) {
  weir::simulated_file_system files;
  files.put("/out/a.in-progress", "content");
  if (!weir::commit_pending(files, input)) return;
  WEIR_ASSERT(weir::commit_pending(files, input).ok());
}

// A transaction for a log that has no topic but one.
void read_as_transaction(const std::string& input) {
  const auto log = std::make_shared<weir::simulated_log>();
  log->create_topic("out");
  auto writer = weir::log_transactions::open(log, {.topic = "out", .sink = "fuzzed"},
                                             {nullptr, {0}, 1, "attempt", true});
  const auto decoded = weir::decode_transaction(input);
  const bool is_committed = writer->commit(input).ok();
  WEIR_ASSERT(!is_committed || input.empty() || decoded);
  if (!is_committed || input.empty()) return;
  const auto written = log->output_of(decoded->head.topic).size();
  WEIR_ASSERT(written == decoded->records.size());
  WEIR_ASSERT(writer->commit(input).ok() && log->output_of("out").size() == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string input{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  if (bytes[0] % 4 == 0) read_as_progress(input);
  const auto line = std::min(input.find('\n'), input.size());
  if (bytes[0] % 4 == 1) {
    read_as_split({input.substr(0, line), input.substr(std::min(line + 1, input.size()))});
  }
  if (bytes[0] % 4 == 2) read_as_output(input);
  if (bytes[0] % 4 == 3) read_as_transaction(input);
  return 0;
}
