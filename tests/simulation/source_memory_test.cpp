// SPDX-License-Identifier: Apache-2.0
// A source of a user's own that remembers more than how far it has read: what it needs to know of a
// split stands in the position of that split, and so survives crashes and another parallelism.
#include <gtest/gtest.h>

#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t splits = 7;
constexpr std::uint64_t records_per_split = 60;

// Number i of a split is "<split>: <sum of the first i numbers>".
struct summed_split {
  std::string id;
  std::uint64_t next = 0;
  std::uint64_t sum = 0;
};
WEIR_FIELDS(summed_split, id, next, sum)

std::uint64_t number_of(const std::string& split, std::uint64_t i) {
  return mix(split.back() + i) % 100;
}

std::string step(summed_split& split) {
  split.sum += number_of(split.id, split.next++);
  return split.id + ": " + std::to_string(split.next) + " make " + std::to_string(split.sum);
}

class summing_reader final : public source_reader<std::string> {
public:
  explicit summing_reader(std::vector<summed_split> all) : all_{std::move(all)} {}

  result<poll_status> poll(processing_time now, polled<std::string>& out) override {
    if (now < due_) {
      out.retry_at = due_;
      return poll_status::nothing_available;
    }
    for (std::size_t tries = 0; tries < all_.size(); ++tries) {
      auto& split = all_[turn_];
      out.split = static_cast<std::uint32_t>(turn_);
      turn_ = (turn_ + 1) % all_.size();
      if (split.next == records_per_split) continue;
      out.records.push(step(split), beginning_of_time);
      out.split_ended = split.next == records_per_split;
      due_ = now + 1ms;
      return poll_status::more_available;
    }
    return poll_status::end_of_input;
  }
  std::vector<source_split> positions() const override {
    std::vector<source_split> found;
    for (const auto& each : all_) {
      std::string position;
      codec<summed_split>::encode(each, position);
      found.push_back({each.id, position});
    }
    return found;
  }

private:
  std::vector<summed_split> all_;
  std::size_t turn_ = 0;
  processing_time due_{};
};

struct summing_source {
  using value_type = std::string;

  std::string name() const { return "summing"; }
  bool is_bounded() const { return true; }
  result<std::vector<source_split>> discover_splits(const source_context&) const {
    std::vector<source_split> found;
    for (std::uint64_t i = 0; i < splits; ++i) found.push_back({"split " + std::to_string(i), ""});
    return found;
  }
  result<std::unique_ptr<source_reader<std::string>>> open(const source_context&,
                                                           std::vector<source_split> share) const {
    std::vector<summed_split> all;
    for (const auto& each : share) {
      if (each.position.empty()) {
        all.push_back({each.id});
        continue;
      }
      std::string_view position = each.position;
      auto known = codec<summed_split>::decode(position);
      if (!known) return within("position of " + each.id, known.failure());
      all.push_back(*std::move(known));
    }
    return std::unique_ptr<source_reader<std::string>>{
        std::make_unique<summing_reader>(std::move(all))};
  }
};

const story_job sums{
    [](environment& env) { env.from(summing_source{}).sink(file_sink("/out/sums")); },
    [] {
      lines expected;
      for (std::uint64_t i = 0; i < splits; ++i) {
        summed_split split{"split " + std::to_string(i)};
        while (split.next < records_per_split) ++expected["sums: " + step(split)];
      }
      return expected;
    }};

TEST(SourceMemory, IsKeptWithItsSplitWhateverCrashes) {
  for (const auto seed : seeds_for(number_from_environment("WEIR_SIMULATION_SEEDS", 300) / 6)) {
    long_story story{seed, sums};
    ASSERT_EQ(tell_of_crashes(story, seed), "") << "seed " << seed;
  }
}

TEST(SourceMemory, GoesWithItsSplitToAnotherParallelism) {
  for (const auto seed : seeds_for(number_from_environment("WEIR_SIMULATION_SEEDS", 300) / 6)) {
    long_story story{seed, sums};
    ASSERT_EQ(tell_of_power_failures(story), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir
