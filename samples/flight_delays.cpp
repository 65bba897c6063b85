// SPDX-License-Identifier: Apache-2.0
// How late do flights leave? 20,000 departures, read in the order in which the aircraft left; event
// time is the scheduled departure, which runs up to eight hours behind.
//
//   hourly.csv     per airport and hour: departures, mean and maximum delay, share of late ones
//   airports.csv   per airport: its busiest and its worst three hours
//   printed        the ten worst hours
//
//   ./run.sh -p 4 -P output=build/delays      --help shows the rest
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "api/environment.hpp"
#include "connectors/csv_source.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/print_sink.hpp"
#include "coordination/run.hpp"

using namespace std::chrono_literals;

struct flight {
  weir::event_time scheduled;
  std::int64_t delay_minutes = 0;  // Negative: early.
  std::int64_t distance_miles = 0;
  std::string origin;
  std::string destination;
};
WEIR_FIELDS(flight, scheduled, delay_minutes, distance_miles, origin, destination)

// What happened at one airport in one window of time.
struct delays {
  std::string airport;
  weir::event_time start;
  weir::event_time end;
  std::int64_t departures = 0;
  double mean_delay = 0;  // Minutes.
  std::int64_t max_delay = 0;
  double late_share = 0;  // Of the departures, those at least 15 minutes late.
};
WEIR_FIELDS(delays, airport, start, end, departures, mean_delay, max_delay, late_share)

struct airport_extremes {
  std::string airport;
  weir::event_time busiest_start;
  std::int64_t busiest_departures = 0;
  weir::event_time worst_start;
  double worst_mean_delay = 0;
};
WEIR_FIELDS(airport_extremes, airport, busiest_start, busiest_departures, worst_start,
            worst_mean_delay)

namespace {

struct delay_totals {
  std::int64_t departures = 0;
  std::int64_t minutes = 0;
  std::int64_t longest = std::numeric_limits<std::int64_t>::min();
  std::int64_t late = 0;
};

struct sum_up_delays {
  delay_totals initial() const { return {}; }
  void add(delay_totals& totals, const flight& departed) const {
    totals.departures += 1;
    totals.minutes += departed.delay_minutes;
    totals.longest = std::max(totals.longest, departed.delay_minutes);
    totals.late += departed.delay_minutes >= 15 ? 1 : 0;
  }
  void merge(delay_totals& totals, const delay_totals& more) const {
    totals.departures += more.departures;
    totals.minutes += more.minutes;
    totals.longest = std::max(totals.longest, more.longest);
    totals.late += more.late;
  }
  delay_totals result(const delay_totals& totals) const { return totals; }
};

delays to_delays(const weir::window_result<std::string, delay_totals>& counted) {
  const auto& totals = counted.value;
  const auto departures = static_cast<double>(totals.departures);
  return {counted.key,
          counted.window.start,
          counted.window.end,
          totals.departures,
          static_cast<double>(totals.minutes) / departures,
          totals.longest,
          static_cast<double>(totals.late) / departures};
}

// A mean of one or two departures says little: such windows are worse than none with more.
bool is_worse(const delays& a, const delays& b) {
  const bool a_counts = a.departures >= 3;
  const bool b_counts = b.departures >= 3;
  if (a_counts != b_counts) return a_counts;
  if (a.mean_delay != b.mean_delay) return a.mean_delay > b.mean_delay;
  return std::tie(a.start, a.airport) < std::tie(b.start, b.airport);
}

bool is_busier(const delays& a, const delays& b) {
  if (a.departures != b.departures) return a.departures > b.departures;
  return a.start < b.start;
}

struct find_extremes {
  struct accumulator {
    delays busiest;
    delays worst;
  };
  accumulator initial() const { return {}; }
  void add(accumulator& best, const delays& window) const {
    if (best.busiest.departures == 0 || is_busier(window, best.busiest)) best.busiest = window;
    if (best.worst.departures == 0 || is_worse(window, best.worst)) best.worst = window;
  }
  void merge(accumulator& best, const accumulator& other) const {
    add(best, other.busiest);
    add(best, other.worst);
  }
  airport_extremes result(const accumulator& best) const {
    return {best.busiest.airport, best.busiest.start, best.busiest.departures, best.worst.start,
            best.worst.mean_delay};
  }
};

struct find_ten_worst {
  std::vector<delays> initial() const { return {}; }
  void add(std::vector<delays>& worst, const delays& window) const {
    worst.insert(std::upper_bound(worst.begin(), worst.end(), window, is_worse), window);
    if (worst.size() > 10) worst.pop_back();
  }
  void merge(std::vector<delays>& worst, const std::vector<delays>& more) const {
    for (const auto& window : more) add(worst, window);
  }
  std::vector<delays> result(const std::vector<delays>& worst) const { return worst; }
};

std::vector<std::string> to_table(const std::vector<delays>& worst) {
  std::vector<std::string> lines{
      "airport  hour                  departures  mean min  max min  late"};
  for (const auto& hour : worst) {
    char line[100];
    std::snprintf(line, sizeof line, "%-7s  %-20s  %10lld  %8.1f  %7lld  %3.0f%%",
                  hour.airport.c_str(), weir::to_string(hour.start).c_str(),
                  static_cast<long long>(hour.departures), hour.mean_delay,
                  static_cast<long long>(hour.max_delay), hour.late_share * 100);
    lines.emplace_back(line);
  }
  return lines;
}

void define(weir::environment& env) {
  const auto input = env.parameter("input", "samples/data/flights.csv");
  const auto output = env.parameter("output", "build/flight_delays");

  auto by_airport =
      env.from(weir::csv_of<flight>(input), weir::bounded_out_of_orderness(12h, &flight::scheduled))
          .key_by(&flight::origin);

  auto hourly =
      by_airport.window(weir::tumbling(1h)).aggregate(sum_up_delays{}).uid("hourly").map(to_delays);
  hourly.sink(weir::file_sink(output + "/hourly.csv").csv());
  hourly.window_all(weir::global_window())
      .aggregate(find_ten_worst{})
      .flat_map([](const auto& result) { return to_table(result.value); })
      .parallelism(1)
      .sink(weir::print())
      .parallelism(1);

  by_airport.window(weir::sliding(3h, 1h))
      .aggregate(sum_up_delays{})
      .uid("three-hours")
      .map(to_delays)
      .key_by(&delays::airport)
      .window(weir::global_window())
      .aggregate(find_extremes{})
      .map([](const auto& result) { return result.value; })
      .sink(weir::file_sink(output + "/airports.csv").csv());
}

}  // namespace

int main(int argc, char** argv) { return weir::run(argc, argv, "flight_delays", define); }
