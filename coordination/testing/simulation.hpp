// SPDX-License-Identifier: Apache-2.0
// A job on clusters that fail, in one process and in virtual time:
//
//   const auto report = weir::simulation{build_fraud_job}
//                           .task_managers(3)
//                           .seeds(1, 1000)
//                           .crash_random_process({.every = 200ms, .restart_after = {10ms, 2s}})
//                           .expect_exactly_once()
//                           .run();
//
// Each seed is another run: another order of what happens at the same time, other delays, other
// faults; and always the same run for the same seed. The job is the production job, and so is the
// engine. What it reads and writes lies on a simulated disk, behind which real files can be read.
//
// A run has two phases: one in which faults happen, for as long as the job takes without any, and
// one without, in which it must come to its end. docs/testing_with_simulation.md is the guide;
// coordination/testing/simulate.hpp makes it a GoogleTest.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/environment.hpp"
#include "api/stream.hpp"
#include "api/time.hpp"
#include "coordination/simulation/simulated_log.hpp"
#include "coordination/testing/simulation_report.hpp"

namespace weir {

// Drawn evenly from [shortest, longest].
struct span_range {
  duration shortest{};
  duration longest{};
};
// `every`: the mean time from one to the next; each strikes at random.

// A task manager is gone and comes back empty; some are noticed at once, some by their silence, and
// some crash again soon.
struct crash_faults {
  duration every = std::chrono::milliseconds{200};
  span_range restart_after{std::chrono::milliseconds{10}, std::chrono::seconds{2}};
};
// A process stands still, or becomes slow, for a while. The others may give it up meanwhile.
struct pause_faults {
  duration every = std::chrono::seconds{1};
  span_range lasting{std::chrono::milliseconds{10}, std::chrono::milliseconds{800}};
};
// Two processes, of which one may be the job manager's, cannot reach each other, or only one way.
// Within the detection delay of 200 ms what they send is late; behind it they give each other up.
struct partition_faults {
  duration every = std::chrono::milliseconds{300};
  span_range lasting{std::chrono::milliseconds{5}, std::chrono::seconds{1}};
  double one_way = 0.3;  // The share of these.
};
// Links become slow, deliver in bursts, lose their connections, flap; or those of several processes
// stop one by one and start again in another order.
struct link_faults {
  duration every = std::chrono::milliseconds{300};
  span_range lasting{std::chrono::milliseconds{5}, std::chrono::milliseconds{500}};
};
// Each process has a clock of its own, which is wrong from the beginning, too fast or too slow, and
// set anew at times: what the job's functions and the engine read, not what timers run by.
struct clock_faults {
  duration most = std::chrono::milliseconds{500};  // At the beginning, and that it is set by.
  double drift = 1e-4;                             // The most that it gains or loses.
  duration jump_every = std::chrono::seconds{1};   // Any of them; zero: none is set.
};
// The whole cluster is killed, or loses power and with it what was not synced, and a new one goes
// on from the latest checkpoint, with another parallelism if `rescales`.
struct outage_faults {
  duration every = std::chrono::seconds{1};
  double power_loss = 0.5;  // The share of these.
  bool rescales = false;
};
// The chance of each operation of the disk, in the first phase.
struct disk_fault_chances {
  double torn_write = 0;  // A write fails; maybe a part of it is done.
  double no_space = 0;    // A write finds the disk full.
  double io_error = 0;    // Opening, reading, syncing, renaming or removing fails.
};

// All runs within a bound, instead of some by chance. The first has a schedule without chance:
// whichever actor has waited longest runs. The others are that one with a few changes, each at one
// step: actors that wait for another turn, task managers that crash.
struct exhaustive_bounds {
  std::uint32_t deviations = 1;  // In one run, how often an actor waits for another turn.
  std::uint32_t crashes = 0;     // In one run.
  // What may be different: the first steps alone, of which a run has as many as messages.
  std::uint64_t first_steps = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most_runs = 20'000;                        // Those with few changes come first.
  duration restart_after = std::chrono::milliseconds{10};  // A crash; the others notice it at once.
};

// A run as a checker sees it.
class simulation_view {
public:
  virtual ~simulation_view() = default;
  // Of virtual time, since the run began.
  virtual duration elapsed() const = 0;
  // "running", "restarting", ..., as in the log.
  virtual std::string_view job_state() const = 0;
  virtual std::uint64_t completed_checkpoints() const = 0;
  // The lines that file sinks with that path have committed, headers left out: file by file in the
  // order of the commits. Of a topic that goes by that name, its records as lines: "key=value", or
  // "value" without a key; partition by partition.
  virtual std::vector<std::string> committed_lines(const std::string& path) const = 0;
  // What transactions have committed to a topic of a log, as far as it can be read; what was there
  // before is left out. Partition by partition.
  virtual std::vector<log_record> committed_records(const std::string& topic) const = 0;
};
// Says what is wrong; empty if nothing is.
using simulation_checker = std::function<std::string(const simulation_view&)>;

class simulation;

struct planned_moment;

struct seed_range {
  std::uint64_t first = 1;
  std::uint64_t last = 100;
};
// Of "1..100" or "17".
result<seed_range> seed_range_of(const std::string& text);

// Writes the timeline of a failure to "<directory>/<job>-seed-<n>.html", or "-run-<name>.html", and
// says where that is. An empty directory is the working directory.
result<std::string> save_timeline(const simulation_failure& failure, const std::string& directory,
                                  const std::string& job);

// What happens at a moment; see simulation::on.
class simulation_moment {
public:
  // "tm-1" is the first task manager; it comes back after `restart_after`. "jm" is the job
  // manager's process, which must not crash alone.
  simulation& crash(const std::string& process,
                    duration restart_after = std::chrono::milliseconds{10}) &&;
  simulation& pause(const std::string& process, duration span) &&;
  // Neither reaches the other.
  simulation& partition(const std::string& process, const std::string& other, duration span) &&;

private:
  friend class simulation;
  simulation_moment(simulation& whole, std::string event)
      : whole_{&whole}, event_{std::move(event)} {}
  simulation* whole_;
  std::string event_;
};

class simulation {
public:
  // `define` builds the job, as for run() (coordination/run.hpp). It is called once. `parameters`
  // are the job's, as with -P.
  explicit simulation(const std::function<void(environment&)>& define,
                      std::map<std::string, std::string> parameters = {});
  // A job that is defined already, which outlives this, with these settings.
  simulation(const environment& defined, const job_options& options);
  simulation(simulation&&) noexcept;
  simulation& operator=(simulation&&) noexcept;
  ~simulation();

  // --- The cluster

  simulation& task_managers(std::uint32_t count);  // Default 2.
  simulation& slots(std::uint32_t count);          // Of each; default: as many as the job needs.
  simulation& parallelism(std::uint32_t subtasks);
  simulation& checkpoint_every(duration interval);  // Default 50 ms.
  simulation& rocksdb();                            // The job's state is mostly not in memory.
  // All other settings, after the job has made its own.
  simulation& options(const std::function<void(job_options&)>& change);
  // About how long the job takes without faults: messages take longer for it if need be. Default 2
  // s.
  simulation& lasting(duration span);

  // --- What it reads

  // A file on the simulated disk.
  simulation& file(std::string path, std::string content);
  // What the disk does not have is read from the real one, and nothing is written there.
  simulation& real_files();

  // A log that the job's sources and sinks have been given. Each run begins with an empty one,
  // which `fill` fills: the same each time. Its sources end where their topics end.
  simulation& log(std::shared_ptr<simulated_log> log,
                  std::function<void(simulated_log&)> fill = nullptr);

  // The source with that name or uid reads this instead of what it says itself; records and
  // everything behind it are as they were. One that never ends needs this.
  template <class Source, class Strategy>
  simulation& source(const std::string& name, Source instead, Strategy strategy) {
    environment end{"end"};
    static_cast<void>(end.from(std::move(instead), std::move(strategy)));
    return replace(name, end.graph().nodes.front());
  }
  // The sink with that name or uid, which takes records of type T, writes here instead. Only what
  // files and logs get is compared.
  template <class T, class Sink>
  simulation& sink(const std::string& name, Sink instead) {
    environment end{"end"};
    graph_node before;
    before.kind = operator_kind::source;
    before.output_types = {element_type_of<T>()};
    static_cast<void>(
        stream<T>{loose_ends{end.graph(), {end.graph().add(before)}}}.sink(std::move(instead)));
    return replace(name, end.graph().nodes.back());
  }
  // The sinks with that name or uid write nothing.
  simulation& silence(const std::string& name);

  // --- Faults: none but those

  simulation& crash_random_process(crash_faults faults = {});
  simulation& pause_random_process(pause_faults faults = {});
  simulation& partition(partition_faults faults = {});
  simulation& disturb_links(link_faults faults = {});
  simulation& skew_clocks(clock_faults faults = {});
  simulation& kill_cluster(outage_faults faults = {});
  simulation& disk_faults(disk_fault_chances chances);
  // The chance of each call of a log, in the first phase.
  simulation& log_faults(log_fault_chances chances);
  // The job is stopped with a savepoint and goes on from it with that parallelism.
  simulation& rescale_at(duration when, std::uint32_t subtasks);
  // Some of everything.
  simulation& default_faults();
  // The first time that this is in the story: on("checkpoint 7 acknowledged by
  // window/2").crash(...) docs/testing_with_simulation.md lists what there is.
  simulation_moment on(std::string event);

  // --- What must be

  // The committed output is, line by line and as often, that of a run without faults.
  simulation& expect_exactly_once();
  // The same, unless there is nothing to compare: simulation_report::compares tells.
  simulation& expect_exactly_once_if_comparable();
  // The lines of each key that a file sink, or a topic of that name, has committed come in the
  // order that they have without faults. `key` tells the key of a line. For sinks behind a keyed
  // operator whose order per key follows from the input.
  simulation& expect_order_per_key(std::string path,
                                   std::function<std::string(std::string_view line)> key);
  // From the last fault or checkpoint to the next checkpoint or the end.
  simulation& expect_progress_within(duration span);
  // Holds when the job has finished.
  simulation& expect(std::string name, simulation_checker checker);
  // Holds after every step.
  simulation& always(std::string name, simulation_checker checker);
  // Has held at one step at least by the end of the job.
  simulation& eventually(std::string name, simulation_checker checker);

  // --- Which runs

  // Default 1 to 100. REQUIRES: first <= last.
  simulation& seeds(std::uint64_t first, std::uint64_t last);
  // All runs within these bounds instead of seeds. Without faults by chance, which would belong to
  // a seed; what chance is left, in the delays of messages, is that of the first seed. A job of few
  // records is meant, and is not made to take longer: `lasting` does not count.
  simulation& exhaustive(exhaustive_bounds bounds = {});
  // Of these only the run with that name: simulation_failure::run.
  simulation& replay(std::string run);
  simulation& keep_going();  // Behind a seed that has failed.
  // Called after each run with how many have been run and how many of them have failed.
  simulation& on_progress(std::function<void(std::uint64_t run, std::uint64_t failed)> listener);

  // Runs all seeds; the first that fails is shrunk and told. A job or settings that cannot be run
  // is the report's `problem`.
  simulation_report run();

private:
  friend class simulation_moment;
  struct machinery;
  simulation& replace(const std::string& name, graph_node end);
  void note_missing(operator_kind kind, const std::string& name);
  simulation& add_moment(planned_moment moment, const std::string& process,
                         const std::string& other);
  std::unique_ptr<machinery> machinery_;
};

}  // namespace weir
