// SPDX-License-Identifier: Apache-2.0
// Questions, and waiting for what becomes of them; see coordination/cluster/cluster_command.hpp.
#include "coordination/cluster/cluster_command.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "coordination/cluster/cluster_tables.hpp"
#include "coordination/cluster/rescaling.hpp"

namespace weir {

namespace {

using kind = cluster_request::kind;

constexpr duration between_looks = std::chrono::milliseconds{200};
constexpr duration longest_silence = std::chrono::minutes{1};

class conversation {
public:
  conversation(const cluster_request& request, cluster_client& client, const answer_writer& print)
      : request_{request}, client_{client}, print_{print} {}

  status run() {
    switch (request_.what) {
      case kind::jobs:
      case kind::job:
        return show_jobs();
      case kind::nodes:
        return show_nodes();
      case kind::cancel:
        return cancel();
      case kind::savepoint:
        return take_savepoint(false);
      case kind::stop:
        return take_savepoint(true);
      case kind::restart:
        return restart();
      case kind::rescale:
        return rescale();
      case kind::drain:
        return drain();
      case kind::undrain:
        return undrain();
      default:
        return show_logs();
    }
  }

private:
  result<listed_job> look(const std::string& id) {
    auto listed = client_.ask_for<jobs_listed>(list_jobs{id});
    if (!listed) return listed.failure();
    if (listed->jobs.empty()) return error{error_code::not_found, "there is no job " + id};
    return std::move(listed->jobs.front());
  }

  // A cluster may be without a leader for a while.
  result<listed_job> look_patiently(const std::string& id) {
    const auto until = client_.now() + longest_silence;
    for (;;) {
      auto job = look(id);
      const bool may_come = !job && job.failure().code == error_code::io_failure;
      if (!may_come || client_.now() >= until) return job;
      client_.wait(between_looks);
    }
  }

  event_time now() { return event_time_of(client_.now()); }

  status show_jobs() {
    const auto listed = client_.ask_for<jobs_listed>(list_jobs{request_.subject});
    if (!listed) return listed.failure();
    if (request_.as_json) {
      print_(json_lines(listed->jobs));
    } else if (request_.what == kind::jobs) {
      print_(jobs_table(listed->jobs, now()));
    } else {
      for (const auto& each : listed->jobs) print_(job_page(each, now()));
    }
    return {};
  }

  status show_nodes() {
    const auto listed = client_.ask_for<nodes_listed>(list_nodes{});
    if (!listed) return listed.failure();
    print_(request_.as_json ? json_lines(listed->nodes) : nodes_table(listed->nodes));
    return {};
  }

  status cancel() {
    const auto told = client_.ask_for<accepted>(end_job{request_.subject});
    if (!told) return told.failure();
    const auto ended = wait_for_end(told->job);
    if (!ended) return ended.failure();
    print_("job " + told->job + " is " + ended->record.ended + "\n");
    return {};
  }

  result<listed_job> wait_for_end(const std::string& id) {
    for (;;) {
      auto job = look_patiently(id);
      if (!job || (!job->record.ended.empty() && job->processes.empty())) return job;
      client_.wait(between_looks);
    }
  }

  // A leader may be lost at any moment: the next one is told the same, and takes it for the same.
  result<accepted> order(const ask_savepoint& wish) {
    auto told = client_.ask_for<accepted>(wish);
    if (!told && told.failure().code == error_code::io_failure) {
      client_.wait(between_looks);
      told = client_.ask_for<accepted>(wish);
    }
    if (!told && told.failure().code == error_code::io_failure) {
      return within("job " + wish.job + " may take the savepoint; weir job " + wish.job +
                        " shows the last that it has taken",
                    told.failure());
    }
    return told;
  }

  // Its path.
  result<std::string> wait_for_answer(const std::string& id, const std::string& token) {
    for (;;) {
      const auto job = look_patiently(id);
      if (!job) return job.failure();
      const auto& record = job->record;
      if (const auto* const answer = find_answer(record.savepoints_answered, token)) {
        if (answer->path.empty()) return error{error_code::io_failure, answer->failure};
        return answer->path;
      }
      const auto& ordered = record.savepoints_ordered;
      const bool is_awaited = std::any_of(ordered.begin(), ordered.end(),
                                          [&](const auto& each) { return each.token == token; });
      if (!is_awaited) {
        return error{error_code::not_found, "the cluster has forgotten it; weir job " + id +
                                                " shows the last that it has taken"};
      }
      client_.wait(between_looks);
    }
  }

  status take_savepoint(bool stops) {
    const ask_savepoint wish{
        request_.subject, {.token = fresh_id(), .directory = request_.directory, .stops = stops}};
    const auto told = order(wish);
    if (!told) return told.failure();
    const auto path = wait_for_answer(told->job, wish.order.token);
    if (!path) return within("take a savepoint of job " + told->job, path.failure());
    if (stops) {
      if (const auto ended = wait_for_end(told->job); !ended) return ended.failure();
    }
    print_(*path + "\n");
    return {};
  }

  status restart() {
    const auto told = client_.ask_for<accepted>(restart_job{request_.subject, request_.from});
    if (!told) return told.failure();
    print_("job " + told->job + " begins again with " + request_.from + "\n");
    return {};
  }

  status rescale() {
    const auto told =
        client_.ask_for<accepted>(rescale_job{request_.subject, request_.parallelism});
    if (!told) return told.failure();
    const auto first = look_patiently(told->job);
    if (!first) return first.failure();
    for (;;) {
      const auto job = look_patiently(told->job);
      if (!job) return job.failure();
      const auto ended = rescaling_ended(*job, request_.parallelism, first->record.job_manager);
      if (ended && !*ended) return *ended;
      if (ended) break;
      client_.wait(between_looks);
    }
    print_("job " + told->job + " goes on with parallelism " +
           std::to_string(request_.parallelism) + "\n");
    return {};
  }

  status drain() {
    const auto told = client_.ask_for<accepted>(drain_node{request_.subject});
    if (!told) return told.failure();
    print_("node " + request_.subject +
           " gets no more processes; weir nodes shows how many it still has\n" +
           (told->remark.empty() ? "" : told->remark + "\n"));
    return {};
  }

  status undrain() {
    const auto told = client_.ask_for<node_undrained>(undrain_node{request_.subject});
    if (!told) return told.failure();
    print_("node " + request_.subject +
           (told->was_drained ? " takes processes again\n" : " was not drained\n"));
    return {};
  }

  // --- Logs

  struct followed_log {
    process_place place{};
    std::uint64_t next = 0;
    bool was_missed = false;  // Its node was told of already.
  };

  status show_logs() {
    for (;;) {
      const auto job = look(request_.subject);
      if (!job) return job.failure();
      auto places = job->record.places;
      std::reverse(places.begin(), places.end());
      for (const auto& each : places) logs_[each.number].place = each;
      bool is_news = false;
      for (auto& [number, log] : logs_) is_news |= show_log(job->record.id, log);
      if (!is_news && (!request_.follows || !job->record.ended.empty())) return {};
      if (!is_news) client_.wait(between_looks);
    }
  }

  // Whether there was something new.
  bool show_log(const std::string& job, followed_log& log) {
    const auto part =
        client_.ask_for_at<log_read>(log.place.node, read_log{job, log.place, log.next});
    if (!part) {
      // It has not been started yet, or its node is not there.
      const bool is_there = part.failure().code == error_code::not_found;
      if (!is_there && !std::exchange(log.was_missed, true)) {
        print_("==> " + process_name(log.place) + " on " + log.place.node + " <==\n" +
               part.failure().message + "\n");
      }
      return false;
    }
    log.next = part->next;
    if (part->text.empty()) return false;
    if (std::exchange(shown_, log.place.number) != log.place.number) {
      print_("==> " + process_name(log.place) + " on " + log.place.node + " <==\n");
    }
    print_(part->text);
    return true;
  }

  const cluster_request& request_;
  cluster_client& client_;
  const answer_writer& print_;
  std::map<std::uint32_t, followed_log> logs_;
  std::uint32_t shown_ = 0;  // The process whose log was shown last.
};

}  // namespace

status ask_cluster(const cluster_request& request, cluster_client& client,
                   const answer_writer& print) {
  WEIR_ASSERT(request.what != kind::help);
  return conversation{request, client, print}.run();
}

}  // namespace weir
