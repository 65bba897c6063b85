// SPDX-License-Identifier: Apache-2.0
// The nodes of a cluster in a simulated world: production's actors, election and store on a
// simulated disk that all share; only the processes of jobs are imagined.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordination/cluster/cluster_node_actor.hpp"
#include "coordination/cluster/leadership_keeper.hpp"
#include "coordination/cluster/savepoint_queue.hpp"
#include "coordination/directory_store.hpp"
#include "network/sha256.hpp"
#include "tests/support/probe_actor.hpp"

namespace weir {

// The processes of all jobs on all nodes, dead ones as long as nobody has looked.
class imagined_processes {
public:
  struct process {
    running_process what{};
    process_ended end{};
    bool has_ended = false;
    full_report now{};                  // What a job manager has to say,
    std::vector<full_report> unread{};  // and what it has said that its node has not read.
    savepoint_queue savepoints{};
    std::optional<savepoint_order> taking{};
    int looks_left = 0;  // Until it is taken.
  };
  std::map<std::string, std::vector<process>> by_node{};
  // The jobs of which each node has logs, also when it is started again.
  std::map<std::string, std::set<std::string>> logs{};
  std::string problem{};
  std::size_t orders_heard = 0;        // To take savepoints, by all.
  std::set<std::string> savepoints{};  // That were taken, by the tokens of their orders.
  std::size_t started = 0;

  std::vector<running_process> alive(const std::string& job = "") const {
    std::vector<running_process> found;
    for (const auto& [node, all] : by_node) {
      for (const auto& each : all) {
        if (!each.has_ended && (job.empty() || each.what.job == job)) found.push_back(each.what);
      }
    }
    return found;
  }
  static void end(process& which, const std::string& how,
                  std::optional<std::int32_t> exit_status = {}) {
    if (which.has_ended) return;
    which.has_ended = true;
    which.end = {.job = which.what.job,
                 .number = which.what.place.number,
                 .how = how,
                 .exit_status = exit_status};
  }
  // Its socket takes so many, and loses what comes then.
  static void say(process& which) {
    constexpr std::size_t most_unread = 4;
    which.now.answers = which.savepoints.answers();
    if (which.unread.size() < most_unread) which.unread.push_back(which.now);
  }
  // A job manager whose job has come to its end, as it says itself.
  static void finish(process& which) {
    which.now.job.state = "finished";
    say(which);
    end(which, "exited with 0", 0);
  }
  // Each takes a second or so.
  void go_on_taking(process& which) {
    constexpr int looks = 4;
    if (const auto next = which.savepoints.next()) {
      which.taking = next;
      which.looks_left = looks;
    }
    if (which.taking && --which.looks_left == 0) {
      take_savepoint(which, *std::exchange(which.taking, std::nullopt));
    }
  }
  void take_savepoint(process& which, const savepoint_order& order) {
    if (!savepoints.insert(order.token).second) problem = "a savepoint was taken twice";
    const auto path = (order.directory.empty() ? "/shared/savepoints" : order.directory) +
                      "/savepoint-" + std::to_string(savepoints.size()) + "-imagined";
    which.savepoints.on_ended({.then = order.stops ? after_savepoint::stop : after_savepoint::go_on,
                               .path = path,
                               .cause = {}});
    ++which.now.job.savepoints;
    which.now.job.last_savepoint = path;
    say(which);
    if (!order.stops) return;
    which.savepoints.on_job_ended("finished");
    finish(which);
  }
  void check(const std::string& job) {
    const auto all = alive(job);
    const auto managers =
        std::count_if(all.begin(), all.end(), [](const auto& each) { return each.slots == 0; });
    if (managers > 1) problem = "job " + job + " has two job managers";
  }
};

// What a process of a job does with savepoints that it is ordered to take.
enum class heard_orders : std::uint8_t { once, each_time, never };

class imagined_host final : public process_host {
public:
  // `gives_up`: the host does what it is told when there is no leader.
  imagined_host(imagined_processes& all, std::string node, bool gives_up, heard_orders heard)
      : all_{&all}, node_{std::move(node)}, gives_up_{gives_up}, heard_{heard} {}
  ~imagined_host() override { all_->by_node.erase(node_); }

  result<pid_t> start(const process_order& order, const std::string&) override {
    const auto pid = static_cast<pid_t>(++all_->started);
    running_process what{.job = order.job,
                         .place = {order.number, order.slots == 0, node_},
                         .job_manager = order.job_manager,
                         .slots = order.slots,
                         .pid = pid};
    // Job managers have something to say soon.
    auto& begun = all_->by_node[node_].emplace_back();
    begun.what = std::move(what);
    begun.now.job = {.state = "running", .listens = "10.0.0.1:7", .attempts = 1, .checkpoints = 1};
    if (order.slots == 0) imagined_processes::say(begun);
    all_->logs[node_].insert(order.job);
    all_->check(order.job);
    return pid;
  }
  void signal(const std::string& job, std::uint32_t number, process_signal what) override {
    for (auto& each : all_->by_node[node_]) {
      const bool is_meant = each.what.job == job && each.what.place.number == number;
      const bool ends = what == process_signal::kill || what == process_signal::terminate;
      if (is_meant && ends) all_->end(each, "was killed");
    }
  }
  void order(const std::string& job, std::uint32_t number, const savepoint_order& what) override {
    ++all_->orders_heard;
    if (heard_ == heard_orders::never) return;
    for (auto& each : all_->by_node[node_]) {
      const bool is_meant = each.what.job == job && each.what.place.number == number;
      if (!is_meant || each.has_ended) continue;
      if (heard_ == heard_orders::once) {
        each.savepoints.on_ordered(what);
      } else {
        // As if it had never heard of any.
        each.savepoints = {};
        each.savepoints.on_ordered(what);
        all_->take_savepoint(each, *each.savepoints.next());
      }
    }
  }
  void kill_job_managers() override {
    if (!gives_up_) return;
    for (auto& each : all_->by_node[node_]) {
      if (each.what.slots == 0) all_->end(each, "was killed by its node");
    }
  }
  news look() override {
    news found;
    auto& here = all_->by_node[node_];
    for (auto& each : here) {
      if (!each.has_ended) all_->go_on_taking(each);
      for (const auto& told : std::exchange(each.unread, {})) {
        found.reports.push_back({.job = each.what.job,
                                 .number = each.what.place.number,
                                 .report = told.job,
                                 .node = node_,
                                 .answers = told.answers});
      }
    }
    std::erase_if(here, [&](const auto& each) {
      if (each.has_ended) found.ends.push_back(each.end);
      return each.has_ended;
    });
    return found;
  }
  std::vector<running_process> running() const override {
    std::vector<running_process> found;
    for (const auto& each : all_->by_node[node_]) found.push_back(each.what);
    return found;
  }
  result<log_read> read_log(const std::string&, const process_place&, std::uint64_t) override {
    return error{error_code::not_found, "an imagined process writes nothing"};
  }
  status forget(const std::string& job) override {
    const auto& here = all_->by_node[node_];
    const bool runs = std::any_of(here.begin(), here.end(),
                                  [&](const auto& each) { return each.what.job == job; });
    if (!runs) all_->logs[node_].erase(job);
    return {};
  }

private:
  imagined_processes* all_;
  std::string node_;
  bool gives_up_;
  heard_orders heard_;
};

// Where the roots of nodes are, in the lives that they have now.
using known_roots = std::map<std::string, std::pair<process_id, actor_address>>;

class imagined_links final : public node_links {
public:
  imagined_links(runtime& here, const known_roots& roots) : here_{&here}, roots_{&roots} {}
  process_id process_of(const std::string& node) const override { return roots_->at(node).first; }
  caf::actor root_of(const std::string& node) override {
    return here_->fabric().resolve(roots_->at(node).second);
  }
  // Processes of a simulated world are connected as long as they can be.
  status dial(const std::string&) override { return {}; }
  void forget(const std::string&) override {}

private:
  runtime* here_;
  const known_roots* roots_;
};

struct simulated_nodes_options {
  std::uint64_t seed = 0;
  std::uint32_t nodes = 3;
  bool give_up = true;
  duration program_patience = longest_idleness;
  duration copy_patience = std::chrono::seconds{5};
  heard_orders heard = heard_orders::once;
  // Nodes that take no part in the election, the last ones; they ask the first node who leads.
  std::uint32_t followers = 0;
  // The others take no part in an election either: each leads alone, whatever its store says.
  bool lead_alone = false;
  // What a node has for a store, in place of the one on the disk.
  std::function<std::unique_ptr<high_availability_store>(file_system&)> open_store =
      [](auto& files) { return std::make_unique<directory_store>(files, "/store"); };
};

class simulated_nodes {
public:
  explicit simulated_nodes(simulated_nodes_options options)
      : options_{std::move(options)},
        world_{{.seed = options_.seed,
                .processes = options_.nodes + 1,
                .detection_delay = std::chrono::seconds{3}}},
        client_{world_.process({options_.nodes})} {
    for (std::uint32_t n = 0; n < options_.nodes; ++n) roots_[name_of(n)] = {{n}, {}};
    for (std::uint32_t n = 0; n < options_.nodes; ++n) start(n);
  }

  static std::string name_of(std::uint32_t node) {
    return "10.0.0." + std::to_string(node + 1) + ":6123";
  }
  simulated_world& world() { return world_; }
  imagined_processes& processes() { return processes_; }
  std::uint32_t count() const { return options_.nodes; }
  std::vector<std::string> said(const std::string& node) { return said_[node]; }

  void start(std::uint32_t node) {
    auto& process = world_.is_alive({node}) ? world_.process({node}) : world_.restart({node});
    const auto name = name_of(node);
    const bool may_lead = node + options_.followers < options_.nodes;
    const auto report = [this, name](const std::string& what) { said_[name].push_back(what); };
    links_.push_back(std::make_unique<imagined_links>(process, roots_));
    cluster_node_roles roles{.name = name,
                             .slots = 4,
                             .programs = "/" + name,
                             .processes = std::make_unique<imagined_host>(
                                 processes_, name, options_.give_up, options_.heard),
                             .links = links_.back().get(),
                             .contacts = {},
                             .may_lead = may_lead && !options_.lead_alone,
                             .program_patience = options_.program_patience,
                             .copy_patience = options_.copy_patience,
                             .report = report,
                             .report_change = report};
    if (!may_lead) roles.contacts.push_back(name_of(0));
    const auto actor = process.spawn<cluster_node_actor>(process, std::move(roles));
    roots_[name] = {{node}, process.fabric().publish(actor)};
    if (!may_lead) return;
    leadership_keeper::roles kept{
        .store = options_.open_store(process.files()),
        .election = election_options{.holder = holder_of(name, process.random())},
        .node = actor,
        .report = report};
    process.spawn<leadership_keeper>(process, std::move(kept));
  }
  // With the processes that it has started, as production's do.
  void crash(std::uint32_t node) {
    world_.crash({node}, crash_notice::at_once);
    processes_.by_node.erase(name_of(node));
  }
  // As the signal of a child does.
  void stir(std::uint32_t node) {
    for (const auto& each : world_.actors_of({node}, "cluster_node")) {
      caf::anon_send(each, children_stirred{});
    }
  }
  void stir_all() {
    for (std::uint32_t n = 0; n < options_.nodes; ++n) stir(n);
  }

  // What a node answers, within five seconds; none if it does not.
  std::optional<reply> ask(std::uint32_t node, const question& what) {
    const auto number = ++asked_;
    const auto& root = roots_[name_of(node)].second;
    const auto to = world_.process({options_.nodes}).fabric().resolve(root);
    std::optional<reply> got;
    caf::send_as(client_.handle(), to, control_sent{encode_control(asked_question{number, what})});
    run_until(
        world_,
        [&] {
          for (; heard_ < client_->all<control_sent>().size(); ++heard_) {
            const auto message = decode_control(client_->all<control_sent>()[heard_].bytes);
            // Whatever else was told to a node may be answered, too.
            const auto* const answer = std::get_if<given_answer>(&*message);
            if (answer != nullptr && answer->number == number) got = answer->what;
          }
          return got.has_value();
        },
        std::chrono::seconds{5});
    return got;
  }
  // Anything that somebody may say to a node.
  void tell(std::uint32_t node, const control_message& what) {
    const auto& root = roots_[name_of(node)].second;
    const auto to = world_.process({options_.nodes}).fabric().resolve(root);
    caf::send_as(client_.handle(), to, control_sent{encode_control(what)});
  }
  // The node that answers as a leader does.
  std::optional<std::uint32_t> leader() {
    for (std::uint32_t n = 0; n < options_.nodes; ++n) {
      if (!world_.is_alive({n})) continue;
      const auto got = ask(n, list_nodes{});
      if (got && std::holds_alternative<nodes_listed>(*got)) return n;
    }
    return std::nullopt;
  }
  // REQUIRES: one leads.
  std::string submit(std::uint32_t slots, const std::string& id = "4f",
                     const std::string& program = "#!imagined") {
    sha256 sum;
    sum.update(program);
    const auto hash = std::move(sum).finish();
    const auto leads = *leader();
    for (std::size_t at = 0; at < program.size(); at += most_chunk_bytes) {
      ask(leads, blob_chunk{hash, program.size(), at, program.substr(at, most_chunk_bytes)});
    }
    job_submission job{.name = "count", .program = hash, .slots = slots, .parallelism = slots};
    job.checkpoint_directory = "/shared";
    const auto got = ask(leads, submit_job{.id = id, .job = std::move(job)});
    return got && std::holds_alternative<accepted>(*got) ? id : "";
  }
  // A job "4f" whose program was uploaded there, or only the job.
  std::optional<reply> submit_imagined(std::uint32_t node, bool is_uploaded = true) {
    const std::string program = "#!imagined";
    sha256 sum;
    sum.update(program);
    const auto hash = std::move(sum).finish();
    if (is_uploaded) ask(node, blob_chunk{hash, program.size(), 0, program});
    return ask(node, submit_job{.id = "4f", .job = {.name = "count", .program = hash}});
  }
  // As the leader has it; none if there is no leader.
  std::optional<listed_job> job(const std::string& id) {
    const auto leads = leader();
    if (!leads) return std::nullopt;
    const auto got = ask(*leads, list_jobs{id});
    const auto* const listed = got ? std::get_if<jobs_listed>(&*got) : nullptr;
    return listed == nullptr ? std::nullopt : std::optional{listed->jobs.at(0)};
  }
  // Time passes, and children are heard.
  void run(duration span) {
    constexpr duration between = std::chrono::milliseconds{250};
    for (; span > duration::zero(); span -= between) {
      stir_all();
      run_for(world_, std::min(span, between));
    }
  }

private:
  simulated_nodes_options options_;
  std::map<std::string, std::vector<std::string>> said_;
  imagined_processes processes_;
  known_roots roots_;
  std::vector<std::unique_ptr<imagined_links>> links_;
  simulated_world world_;
  probe client_;
  std::uint64_t asked_ = 0;
  std::size_t heard_ = 0;
};

}  // namespace weir
