// SPDX-License-Identifier: Apache-2.0
// Drawing and shrinking; see coordination/testing/simulation_plan.hpp.
#include "coordination/testing/simulation_plan.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

duration draw(random_numbers& random, const span_range& range) {
  const auto width = std::max<std::int64_t>(0, (range.longest - range.shortest).count());
  return range.shortest +
         duration{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(width) + 1))};
}

// Times in [0, span), on average one every `every`, at even chances.
std::vector<duration> draw_times(random_numbers& random, duration every, duration span) {
  std::vector<duration> times;
  const auto gap = static_cast<std::uint64_t>(std::max<std::int64_t>(1, every.count())) * 2;
  const auto next = [&] { return duration{1 + static_cast<std::int64_t>(random.below(gap))}; };
  for (auto at = next(); at < span; at += next()) times.push_back(at);
  return times;
}

bool strikes(random_numbers& random, double chance) {
  return static_cast<double>(random.below(1'000'000)) < chance * 1e6;
}

// In [-most, most].
duration draw_difference(random_numbers& random, duration most) {
  return draw(random, {-most, most});
}

// Behind all else, so that the other faults of a seed are what they are without these.
void draw_clock_faults(random_numbers& random, const clock_faults& asked,
                       std::uint32_t task_managers, duration span, simulation_plan& plan) {
  using kind = planned_fault::kind;
  const duration most_drift{static_cast<std::int64_t>(asked.drift * 1e6)};
  for (std::uint32_t n = 0; n <= task_managers; ++n) {
    plan.faults.push_back({.what = kind::clock_jump,
                           .process = {n},
                           .interval = draw_difference(random, asked.most)});
    plan.faults.push_back({.what = kind::clock_drift,
                           .process = {n},
                           .interval = draw_difference(random, most_drift)});
  }
  if (asked.jump_every == duration{}) return;
  for (const auto when : draw_times(random, asked.jump_every, span)) {
    const process_id process{static_cast<std::uint32_t>(random.below(task_managers + 1))};
    plan.faults.push_back({.when = when,
                           .what = kind::clock_jump,
                           .process = process,
                           .interval = draw_difference(random, asked.most)});
  }
}

std::string percent(double chance) {
  auto text = std::to_string(chance * 100);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " %";
}

}  // namespace

std::string to_string(const planned_end& end) {
  std::string text = "at " + to_string(end.when) + ": ";
  switch (end.what) {
    case planned_end::kind::kill:
      text += "kill the cluster";
      break;
    case planned_end::kind::power_loss:
      text += "power loss";
      break;
    case planned_end::kind::savepoint:
      text += "stop with a savepoint";
  }
  text += end.what == planned_end::kind::savepoint ? ", go on from it"
                                                   : ", go on from the latest checkpoint";
  if (end.parallelism > 0) text += " with parallelism " + std::to_string(end.parallelism);
  return text;
}

simulation_plan simulation_plan::without(std::size_t first, std::size_t count) const {
  simulation_plan left;
  std::size_t n = 0;
  const auto stays = [&] {
    const bool is_out = n >= first && n < first + count;
    ++n;
    return !is_out;
  };
  for (const auto& each : faults) {
    if (stays()) left.faults.push_back(each);
  }
  for (const auto& each : ends) {
    if (stays()) left.ends.push_back(each);
  }
  if (has_disk_faults) left.has_disk_faults = stays();
  if (has_log_faults) left.has_log_faults = stays();
  return left;
}

simulation_plan draw_plan(std::uint64_t seed, const fault_settings& settings,
                          std::uint32_t task_managers, duration span) {
  random_numbers random{mix(seed ^ 0x5EED0FA5ULL)};
  simulation_plan plan;
  using kind = planned_fault::kind;
  const auto add = [&](duration when, const span_range& lasting, std::vector<fault_share> kinds) {
    const auto drawn = fault_plan::random(random.next(), {.task_managers = task_managers,
                                                          .faults = 1,
                                                          .kinds = std::move(kinds),
                                                          .spares_job_manager = false});
    auto fault = drawn.faults().front();
    fault.when = when;
    fault.span = std::max(draw(random, lasting), duration{1});
    plan.faults.push_back(fault);
  };
  if (const auto& asked = settings.crashes) {
    for (const auto when : draw_times(random, asked->every, span)) {
      add(when, asked->restart_after,
          {{kind::crash, 2}, {kind::crash_at_once, 2}, {kind::crash_again, 1}});
    }
  }
  if (const auto& asked = settings.pauses) {
    for (const auto when : draw_times(random, asked->every, span)) {
      add(when, asked->lasting, {{kind::pause, 2}, {kind::slow_process, 1}});
    }
  }
  if (const auto& asked = settings.partitions) {
    for (const auto when : draw_times(random, asked->every, span)) {
      add(when, asked->lasting, {{strikes(random, asked->one_way) ? kind::cut : kind::stall, 1}});
    }
  }
  if (const auto& asked = settings.links) {
    for (const auto when : draw_times(random, asked->every, span)) {
      add(when, asked->lasting,
          {{kind::slow_link, 1},
           {kind::jam, 1},
           {kind::reset, 1},
           {kind::flap, 1},
           {kind::swizzle_clog, 1}});
    }
  }
  plan.ends = settings.rescales;
  if (settings.outages) {
    for (const auto when : draw_times(random, settings.outages->every, span)) {
      const bool loses_power = strikes(random, settings.outages->power_loss);
      const auto parallelism = 1 + static_cast<std::uint32_t>(random.below(4));
      plan.ends.push_back({when,
                           loses_power ? planned_end::kind::power_loss : planned_end::kind::kill,
                           settings.outages->rescales ? parallelism : 0});
    }
  }
  if (settings.clocks) draw_clock_faults(random, *settings.clocks, task_managers, span, plan);
  const auto is_earlier = [](const auto& a, const auto& b) { return a.when < b.when; };
  std::stable_sort(plan.faults.begin(), plan.faults.end(), is_earlier);
  std::stable_sort(plan.ends.begin(), plan.ends.end(), is_earlier);
  plan.has_disk_faults = settings.disk.has_value();
  plan.has_log_faults = settings.log.has_value();
  return plan;
}

bool can_tidy_up(const simulation_plan& plan) {
  return plan.ends.empty() && !plan.has_disk_faults &&
         std::all_of(plan.faults.begin(), plan.faults.end(), [](const planned_fault& each) {
           return is_crash(each.what) || is_of_clock(each.what);
         });
}

schedule_options schedule_of(const simulation_plan& plan, std::uint64_t seed) {
  if (plan.changes) return {.how = schedule_options::strategy::round_robin};
  return {.how = seed % 3 == 0 ? schedule_options::strategy::priorities
                               : schedule_options::strategy::uniform};
}

disk_fault_rates rates_of(const disk_fault_chances& chances) {
  const auto rate = [](double chance) {
    return per_million{static_cast<std::uint32_t>(chance * 1e6)};
  };
  const auto other = rate(chances.io_error);
  return {.append = rate(chances.torn_write),
          .no_space = rate(chances.no_space),
          .sync = other,
          .create = other,
          .open = other,
          .read = other,
          .rename = other,
          .remove = other};
}

std::vector<std::string> lines_of(const simulation_plan& plan, const fault_settings& settings) {
  std::vector<std::pair<duration, std::string>> timed;
  for (const auto& each : plan.faults) timed.emplace_back(each.when, to_string(each));
  for (const auto& each : plan.ends) timed.emplace_back(each.when, to_string(each));
  std::stable_sort(timed.begin(), timed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> lines;
  for (auto& [when, line] : timed) lines.push_back(std::move(line));
  if (plan.has_disk_faults) {
    lines.push_back("disk: torn writes " + percent(settings.disk->torn_write) + ", disk full " +
                    percent(settings.disk->no_space) + ", other errors " +
                    percent(settings.disk->io_error));
  }
  if (plan.has_log_faults) {
    lines.push_back("log: broker errors " + percent(settings.log->broker_error) +
                    ", unknown commits " + percent(settings.log->unknown_commit) + ", outages " +
                    percent(settings.log->outage));
  }
  return lines;
}

simulation_plan shrink(simulation_plan plan,
                       const std::function<bool(const simulation_plan&)>& still_fails,
                       std::size_t most_runs) {
  std::size_t runs = 0;
  std::size_t count = std::max<std::size_t>(1, plan.size() / 2);
  while (plan.size() > 0) {
    bool has_shrunk = false;
    for (std::size_t first = 0; first < plan.size() && runs < most_runs;) {
      auto fewer = plan.without(first, count);
      ++runs;
      if (still_fails(fewer)) {
        plan = std::move(fewer);
        has_shrunk = true;
      } else {
        first += count;
      }
    }
    if (runs >= most_runs || (count == 1 && !has_shrunk)) break;
    if (!has_shrunk || count > plan.size()) count = std::max<std::size_t>(1, count / 2);
  }
  for (std::size_t n = 0; n < plan.faults.size(); ++n) {
    while (const auto simpler = simplified(plan.faults[n])) {
      if (++runs > most_runs) return plan;
      auto smaller = plan;
      smaller.faults[n] = *simpler;
      if (!still_fails(smaller)) break;
      plan = std::move(smaller);
    }
  }
  return plan;
}

}  // namespace weir
