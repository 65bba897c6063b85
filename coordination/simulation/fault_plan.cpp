// SPDX-License-Identifier: Apache-2.0
// Drawing, printing and applying; see coordination/simulation/fault_plan.hpp.
#include "coordination/simulation/fault_plan.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

using kind = planned_fault::kind;

constexpr auto shortest_span = std::chrono::milliseconds{1};
constexpr auto longest_link_delay = std::chrono::milliseconds{100};
constexpr auto longest_wait_for_second_crash = std::chrono::milliseconds{50};
constexpr auto shortest_flap_period = std::chrono::milliseconds{10};
constexpr auto longest_flap_period = std::chrono::milliseconds{200};

bool is_of_process(kind what) {
  return is_crash(what) || what == kind::pause || what == kind::slow_process || is_of_clock(what);
}

// In (0, longest].
duration draw_span(random_numbers& random, duration longest) {
  const auto most = std::max<std::int64_t>(longest.count(), 1);
  return duration{1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most)))};
}

// In [-most, most].
duration draw_difference(random_numbers& random, duration most) {
  const auto distance = draw_span(random, most * 2 + duration{1});
  return distance - most - duration{1};
}

kind draw_kind(random_numbers& random, const std::vector<fault_share>& kinds) {
  std::uint64_t total = 0;
  for (const auto& each : kinds) total += each.share;
  WEIR_ASSERT(total > 0);
  auto drawn = random.below(total);
  auto found = kinds.begin();
  for (; drawn >= found->share; ++found) drawn -= found->share;
  return found->what;
}

void draw_processes(random_numbers& random, const fault_plan_options& options,
                    planned_fault& fault) {
  const std::uint32_t first = options.spares_job_manager || is_crash(fault.what) ? 1 : 0;
  const auto count = options.task_managers + 1 - first;
  const auto drawn = random.below(count);
  fault.process = {first + static_cast<std::uint32_t>(drawn)};
  if (fault.what == kind::swizzle_clog) fault.process = {first};
  if (is_of_process(fault.what) || fault.what == kind::swizzle_clog) return;
  WEIR_ASSERT(count > 1);
  const auto distance = 1 + random.below(count - 1);
  fault.other = {first + static_cast<std::uint32_t>((drawn + distance) % count)};
}

void draw_length(random_numbers& random, const fault_plan_options& options, planned_fault& fault) {
  if (is_crash(fault.what)) {
    const bool stays = options.one_crash_stays_in != 0 && fault.what != kind::crash_again &&
                       random.below(options.one_crash_stays_in) == 0;
    if (!stays) fault.span = draw_span(random, options.longest_outage);
  } else if (fault.what == kind::pause) {
    fault.span = draw_span(random, options.longest_pause);
  } else if (fault.what != kind::reset && !is_of_clock(fault.what)) {
    const auto longest = options.longest_link_fault / (std::int64_t{1} << random.below(5));
    fault.span = draw_span(random, longest);
  }
  switch (fault.what) {
    case kind::crash_again:
      fault.interval = draw_span(random, longest_wait_for_second_crash);
      break;
    case kind::slow_link:
      fault.interval = draw_span(random, longest_link_delay);
      break;
    case kind::flap:
      fault.interval =
          shortest_flap_period + draw_span(random, longest_flap_period - shortest_flap_period);
      break;
    case kind::slow_process:
      fault.number = 2 + random.below(99);
      break;
    case kind::swizzle_clog:
      fault.number = random.below(1'000'000);
      break;
    case kind::clock_jump:
      fault.interval = draw_difference(random, options.longest_clock_jump);
      break;
    case kind::clock_drift:
      fault.interval = draw_difference(random, options.most_clock_drift);
      break;
    default:
      break;
  }
}

void restart_later(const planned_fault& fault, simulated_cluster& cluster) {
  if (fault.span == duration::zero()) return;
  cluster.world().after(
      fault.span, [&cluster, n = fault.process.value - 1] { cluster.restart_task_manager(n); });
}

void crash(const planned_fault& fault, simulated_cluster& cluster) {
  WEIR_ASSERT(fault.process.value > 0);
  cluster.world().crash(fault.process, fault.what == kind::crash_at_once
                                           ? crash_notice::at_once
                                           : crash_notice::after_detection);
  restart_later(fault, cluster);
  if (fault.what != kind::crash_again) return;
  cluster.world().after(fault.span + fault.interval, [&cluster, fault] {
    cluster.world().crash(fault.process);
    restart_later(fault, cluster);
  });
}

std::string name_of(process_id process) { return process_name(process.value); }

std::string text_of_crash(const planned_fault& fault) {
  auto text = "crash " + name_of(fault.process);
  if (fault.what == kind::crash_at_once) text += ", noticed at once";
  if (fault.span == duration::zero()) return text + ", for ever";
  const auto restart = ", restart it after " + to_string(fault.span);
  text += restart;
  if (fault.what != kind::crash_again) return text;
  return text + ", crash it again after " + to_string(fault.interval) + restart;
}

std::string text_of(const planned_fault& fault) {
  const auto link_from = "link from " + name_of(fault.process) + " to " + name_of(fault.other);
  const auto link_between =
      "link between " + name_of(fault.process) + " and " + name_of(fault.other);
  const auto time = " for " + to_string(fault.span);
  const auto every = to_string(fault.interval);
  const auto number = std::to_string(fault.number);
  const bool is_back = fault.interval < duration::zero();
  const auto size = to_string(is_back ? -fault.interval : fault.interval);
  switch (fault.what) {
    case kind::crash:
    case kind::crash_at_once:
    case kind::crash_again:
      return text_of_crash(fault);
    case kind::pause:
      return "pause " + name_of(fault.process) + time;
    case kind::slow_process:
      return "slow down " + name_of(fault.process) + " " + number + " times" + time;
    case kind::slow_link:
      return "slow down the " + link_from + " by " + every + time;
    case kind::cut:
      return "cut the " + link_from + time;
    case kind::stall:
      return "stall the " + link_between + time;
    case kind::jam:
      return "jam the " + link_from + time;
    case kind::reset:
      return "reset the " + link_between;
    case kind::flap:
      return "flap the " + link_between + " every " + every + time;
    case kind::swizzle_clog:
      return "clog the links of some " +
             std::string{fault.process.value == 0 ? "processes" : "task managers"} + ", choice " +
             number + "," + time;
    case kind::clock_jump:
      return "set the clock of " + name_of(fault.process) + " " +
             (is_back ? "back by " : "ahead by ") + size;
    case kind::clock_drift:
      return "the clock of " + name_of(fault.process) + (is_back ? " loses " : " gains ") + size +
             " a second";
  }
  return "nothing";
}

}  // namespace

bool is_crash(kind what) {
  return what == kind::crash || what == kind::crash_at_once || what == kind::crash_again;
}

bool is_of_clock(kind what) { return what == kind::clock_jump || what == kind::clock_drift; }

std::vector<fault_share> every_kind_of_fault() {
  std::vector<fault_share> kinds;
  for (auto what = kind::crash; what <= kind::clock_drift;
       what = static_cast<kind>(static_cast<std::uint8_t>(what) + 1)) {
    kinds.push_back({what, 1});
  }
  return kinds;
}

std::string process_name(std::uint32_t process) {
  return process == 0 ? "jm" : "tm-" + std::to_string(process);
}

fault_plan::fault_plan(std::vector<planned_fault> faults) : faults_{std::move(faults)} {
  std::stable_sort(faults_.begin(), faults_.end(),
                   [](const auto& left, const auto& right) { return left.when < right.when; });
}

fault_plan fault_plan::random(std::uint64_t seed, const fault_plan_options& options) {
  random_numbers random{mix(seed)};
  std::vector<planned_fault> faults;
  for (std::uint32_t i = 0; i < options.faults; ++i) {
    planned_fault fault;
    fault.when = draw_span(random, options.within) - duration{1};
    fault.what = draw_kind(random, options.kinds);
    draw_processes(random, options, fault);
    draw_length(random, options, fault);
    faults.push_back(fault);
  }
  return fault_plan{std::move(faults)};
}

fault_plan fault_plan::without(std::size_t n) const {
  auto fewer = *this;
  fewer.faults_.erase(fewer.faults_.begin() + static_cast<std::ptrdiff_t>(n));
  return fewer;
}

std::optional<planned_fault> simplified(const planned_fault& fault) {
  auto simpler = fault;
  auto& size = is_of_clock(fault.what) ? simpler.interval : simpler.span;
  if (std::chrono::abs(size) < 2 * shortest_span) return std::nullopt;
  size /= 2;
  return simpler;
}

duration length_of(const planned_fault& fault) {
  if (fault.what == kind::crash_again) return 2 * fault.span + fault.interval;
  if (fault.what == kind::flap) return fault.span + fault.interval;
  return fault.span;
}

void happen(const planned_fault& fault, simulated_cluster& cluster) {
  auto& world = cluster.world();
  auto& links = world.links();
  switch (fault.what) {
    case kind::crash:
    case kind::crash_at_once:
    case kind::crash_again:
      return crash(fault, cluster);
    case kind::pause:
      return cluster.world().pause(fault.process, fault.span);
    case kind::slow_process:
      return cluster.world().slow_down(fault.process, static_cast<std::uint32_t>(fault.number),
                                       fault.span);
    case kind::slow_link:
      return links.slow_down(fault.process, fault.other, fault.interval, fault.span);
    case kind::cut:
      return links.cut(fault.process, fault.other, fault.span);
    case kind::stall:
      return links.stall(fault.process, fault.other, fault.span);
    case kind::jam:
      return links.jam(fault.process, fault.other, fault.span);
    case kind::reset:
      return links.reset(fault.process, fault.other);
    case kind::flap:
      return links.flap(fault.process, fault.other, fault.span, fault.interval);
    case kind::swizzle_clog:
      return links.swizzle_clog(fault.number, fault.process, fault.span);
    case kind::clock_jump:
      return world.clock(fault.process).jump(fault.interval);
    case kind::clock_drift:
      return world.clock(fault.process).drift(fault.interval, world.now());
  }
}

void fault_plan::apply(simulated_cluster& cluster) const {
  for (const auto& fault : faults_) {
    cluster.world().after(fault.when, [&cluster, fault] { happen(fault, cluster); });
  }
}

std::string to_string(const planned_fault& fault) {
  return "at " + to_string(fault.when) + ": " + text_of(fault);
}

std::string to_string(const fault_plan& plan) {
  std::string text;
  for (const auto& fault : plan.faults()) text += to_string(fault) + "\n";
  return text;
}

}  // namespace weir
