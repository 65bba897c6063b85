// SPDX-License-Identifier: Apache-2.0
// The jobs of tests/support/story_job.hpp: what each computes, and again what that is.
#include "tests/support/story_job.hpp"

#include <map>
#include <utility>

#include "api/aggregates.hpp"
#include "api/windowed_stream.hpp"
#include "connectors/file_sink.hpp"

namespace weir {

namespace {

std::string result_line(std::uint64_t key, std::int64_t begin, std::int64_t end,
                        std::uint64_t count) {
  return to_text(window_result<std::uint64_t, std::uint64_t>{
      key, {at_milliseconds(begin), at_milliseconds(end)}, count});
}

// Sorts each key's readings into buckets of 40 ms, in a map and in a list; a timer at the end of
// each bucket says how many both have.
class bucketing {
public:
  using context_type = keyed_process_context<std::uint64_t, std::string>;
  static constexpr std::int64_t width = 40;

  void open(keyed_state<std::uint64_t>& state) {
    counts_ = state.map<std::int64_t, std::uint64_t>("counts");
    times_ = state.list<event_time>("times");
  }
  void process(const reading& each, context_type& context) {
    const auto end = end_of(milliseconds_of(each.time));
    ++counts_.value(end);
    times_.add(each.time);
    context.timers().set_event_timer(at_milliseconds(end));
  }
  void on_timer(event_time time, context_type& context) {
    const auto end = milliseconds_of(time);
    std::uint64_t listed = 0;
    std::vector<event_time> left;
    for (const auto each : times_.get()) {
      end_of(milliseconds_of(each)) == end ? static_cast<void>(++listed) : left.push_back(each);
    }
    times_.set(std::move(left));
    const auto counted = counts_.get(end).value_or(0);
    counts_.erase(end);
    context.emit(line(context.key(), end, counted, listed));
  }

  static std::int64_t end_of(std::int64_t time) { return time / width * width + width; }
  static std::string line(std::uint64_t key, std::int64_t end, std::uint64_t counted,
                          std::uint64_t listed) {
    return std::to_string(key) + " before " + std::to_string(end) + ": " + std::to_string(counted) +
           " and " + std::to_string(listed);
  }

private:
  static std::int64_t milliseconds_of(event_time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  }

  map_state<std::int64_t, std::uint64_t> counts_;
  list_state<event_time> times_;
};

template <class Stream>
void count_in_windows(const Stream& readings) {
  readings.key_by(&reading::key)
      .window(tumbling(std::chrono::milliseconds{100}))
      .aggregate(count())
      .uid("count")
      .sink(file_sink("/out/counts"));
}

void add_counts(lines& to, std::uint64_t (*is_counted)(std::uint64_t)) {
  std::map<std::pair<std::uint64_t, std::int64_t>, std::uint64_t> counts;
  for (std::uint64_t i = 0; i < story_records; ++i) {
    const auto times = is_counted(i);
    if (times > 0)
      counts[{reading_number(i).key, static_cast<std::int64_t>(i) / 100 * 100}] += times;
  }
  for (const auto& [place, number] : counts) {
    const auto& [key, begin] = place;
    ++to["counts: " + result_line(key, begin, begin + 100, number)];
  }
}

void add_buckets(lines& to) {
  std::map<std::pair<std::uint64_t, std::int64_t>, std::uint64_t> buckets;
  for (std::uint64_t i = 0; i < story_records; ++i) {
    ++buckets[{reading_number(i).key, bucketing::end_of(static_cast<std::int64_t>(i))}];
  }
  for (const auto& [place, number] : buckets) {
    ++to["buckets: " + bucketing::line(place.first, place.second, number, number)];
  }
}

void add_sliding(lines& to) {
  std::map<std::pair<std::uint64_t, std::int64_t>, std::uint64_t> counts;
  for (std::uint64_t i = 0; i < story_records; ++i) {
    const auto latest = static_cast<std::int64_t>(i) / 25 * 25;
    for (auto begin = latest; begin > latest - 100; begin -= 25) {
      ++counts[{reading_number(i).key, begin}];
    }
  }
  for (const auto& [place, number] : counts) {
    ++to["sliding: " + result_line(place.first, place.second, place.second + 100, number)];
  }
}

void add_sessions(lines& to) {
  constexpr std::int64_t gap = 25;
  std::map<std::uint64_t, std::vector<std::int64_t>> times;
  for (std::uint64_t i = 0; i < story_records; ++i) {
    times[reading_number(i).key].push_back(static_cast<std::int64_t>(i));
  }
  for (const auto& [key, of_key] : times) {
    std::size_t first = 0;
    for (std::size_t i = 0; i < of_key.size(); ++i) {
      if (i + 1 < of_key.size() && of_key[i + 1] - of_key[i] <= gap) continue;
      ++to["sessions: " + result_line(key, of_key[first], of_key[i] + gap, i + 1 - first)];
      first = i + 1;
    }
  }
}

bool is_late(std::uint64_t i) { return i >= 700 && i % 7 == 0; }

}  // namespace

void add_numbers(lines& to) {
  std::map<std::uint64_t, int> seen;
  for (std::uint64_t i = 0; i < story_records; ++i) {
    const auto key = reading_number(i).key;
    ++to["numbers: " + std::to_string(key) + ":" + std::to_string(++seen[key])];
  }
}

// --- Numbers and counts

const story_job numbers_and_counts{
    [](environment& env) {
      const auto readings = env.from(story_source(reading_number), monotonous(&reading::time));
      readings.key_by(&reading::key)
          .process<std::string>(numbering{})
          .uid("number")
          .sink(file_sink("/out/numbers"));
      count_in_windows(readings);
    },
    [] {
      lines expected;
      add_numbers(expected);
      add_counts(expected, [](std::uint64_t) { return std::uint64_t{1}; });
      return expected;
    }};

// --- Many shapes

const story_job many_shapes{
    [](environment& env) {
      const auto half = [&env](reading (*make)(std::uint64_t)) {
        return env.from(generator(story_records / 2, make).at_rate(story_rate / 2),
                        monotonous(&reading::time));
      };
      const auto even = half([](std::uint64_t i) { return reading_number(2 * i); }).uid("even");
      const auto odd = half([](std::uint64_t i) { return reading_number(2 * i + 1); }).uid("odd");
      const auto readings =
          even.union_with(odd).rebalance().map([](const reading& each) { return each; });
      const auto keyed = readings.key_by(&reading::key);
      keyed.process<std::string>(bucketing{}).uid("bucket").sink(file_sink("/out/buckets"));
      keyed.window(sliding(std::chrono::milliseconds{100}, std::chrono::milliseconds{25}))
          .aggregate(count())
          .uid("slide")
          .sink(file_sink("/out/sliding"));
      keyed.window(session(std::chrono::milliseconds{25}))
          .aggregate(count())
          .uid("session")
          .sink(file_sink("/out/sessions"));
    },
    [] {
      lines expected;
      add_buckets(expected);
      add_sliding(expected);
      add_sessions(expected);
      return expected;
    }};

// --- Late readings

const story_job late_readings{
    [](environment& env) {
      count_in_windows(env.from(story_source([](std::uint64_t i) {
                                  auto made = reading_number(i);
                                  if (is_late(i)) made.time = at_milliseconds(5);
                                  return made;
                                }),
                                monotonous(&reading::time)));
    },
    [] {
      lines expected;
      add_counts(expected, [](std::uint64_t i) { return std::uint64_t{is_late(i) ? 0U : 1U}; });
      return expected;
    }};

}  // namespace weir
