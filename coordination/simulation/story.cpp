// SPDX-License-Identifier: Apache-2.0
// Words for messages; see coordination/simulation/story.hpp.
#include "coordination/simulation/story.hpp"

#include <cstdio>
#include <utility>

#include "actors/caf_messages.hpp"

namespace weir {

namespace {

std::string checkpoint_name(checkpoint_id id) { return "checkpoint " + std::to_string(id.value); }

// "at" stands for the time in seconds with three digits behind the point.
std::string seconds_text(duration at) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f s", static_cast<double>(at.count()) / 1e6);
  return text;
}

template <class Message>
const Message* as(const caf::message& content) {
  return content.match_elements<Message>() ? &content.get_as<Message>(0) : nullptr;
}

// What a message says; `task` is whom it is about, if it is sent to none.
struct wording {
  std::string before;
  std::optional<task_index> task;
  std::string after;
};

std::optional<wording> to_job_manager(const caf::message& content) {
  if (const auto* it = as<checkpoint_acknowledged>(content)) {
    return wording{checkpoint_name(it->checkpoint) + " acknowledged by ", it->task, ""};
  }
  if (const auto* it = as<checkpoint_declined>(content)) {
    return wording{checkpoint_name(it->checkpoint) + " declined by ", it->task,
                   ": " + it->cause.message};
  }
  if (const auto* it = as<task_deployed>(content)) return wording{"", it->task, " deployed"};
  if (const auto* it = as<task_started>(content)) return wording{"", it->task, " started"};
  if (const auto* it = as<task_drained>(content)) return wording{"", it->task, " drained"};
  if (const auto* it = as<record_failed>(content)) return wording{"", it->task, " failed a record"};
  if (const auto* it = as<task_ended>(content)) {
    if (it->finished) return wording{"", it->task, " finished"};
    if (it->cancelled) return wording{"", it->task, " cancelled"};
    return wording{"", it->task, " failed: " + it->cause.message};
  }
  if (const auto* it = as<task_manager_registered>(content)) {
    return wording{process_name(it->task_manager.process.value) + " registered", {}, ""};
  }
  return std::nullopt;
}

std::optional<wording> to_task_manager(process_id to, const caf::message& content,
                                       std::optional<task_index> receiver) {
  if (const auto* it = as<deploy_task>(content)) {
    return wording{"deploy ", it->task, " in attempt " + std::to_string(it->attempt.value)};
  }
  if (const auto* it = as<cancel_attempt>(content)) {
    return wording{
        "cancel attempt " + std::to_string(it->attempt.value) + " at " + process_name(to.value),
        {},
        ""};
  }
  if (const auto* it = as<trigger_checkpoint>(content)) {
    return wording{checkpoint_name(it->checkpoint) + " triggered at ", receiver, ""};
  }
  if (const auto* it = as<checkpoint_completed>(content)) {
    return wording{checkpoint_name(it->checkpoint) + " announced to ", receiver, ""};
  }
  if (as<connect_task>(content) != nullptr) return wording{"connect ", receiver, ""};
  if (as<commit_output>(content) != nullptr) return wording{"commit the output of ", receiver, ""};
  if (as<stop_task>(content) != nullptr) return wording{"stop ", receiver, ""};
  if (as<end_input>(content) != nullptr) return wording{"end the input of ", receiver, ""};
  if (as<resume_source>(content) != nullptr) return wording{"resume ", receiver, ""};
  return std::nullopt;
}

}  // namespace

std::string to_string(const story_event& event) {
  std::string text = seconds_text(event.at) + "  ";
  switch (event.what) {
    case story_event::kind::sent:
    case story_event::kind::arrived:
      text += process_name(event.from) + (event.what == story_event::kind::sent ? " -> " : " => ") +
              process_name(event.to);
      break;
    case story_event::kind::fault:
      text += "FAULT";
      break;
    default:
      text += "jm";
  }
  return text + "  " + event.text;
}

void story::begin(std::shared_ptr<const execution_graph> graph, processing_time started,
                  duration before) {
  graph_ = std::move(graph);
  started_ = started;
  before_ = before;
  tasks_.clear();
}

std::vector<std::string> story::names_of(task_index task) const {
  const auto number = "/" + std::to_string(graph_->subtask_of(task).value);
  const auto& chain = graph_->chains()[graph_->chain_of(task)];
  std::vector<std::string> names{chain.name + number};
  for (const auto node : chain.nodes) {
    const auto& described = graph_->graph().node(node);
    names.push_back(described.name + number);
    if (!described.uid.empty()) names.push_back(described.uid + number);
  }
  return names;
}

std::vector<std::string> story::texts_of(const seen_message& seen) {
  if (const auto* made = as<task_deployed>(seen.content)) {
    tasks_[made->address.actor] = made->task;
  }
  std::optional<task_index> receiver;
  if (const auto found = tasks_.find(seen.to.actor); found != tasks_.end()) {
    receiver = found->second;
  }
  auto said = seen.to.process.value == 0 ? to_job_manager(seen.content)
                                         : to_task_manager(seen.to.process, seen.content, receiver);
  if (!said) return {};
  if (!said->task) return {said->before + said->after};
  std::vector<std::string> texts;
  for (const auto& name : names_of(*said->task)) {
    texts.push_back(said->before + name + said->after);
  }
  return texts;
}

void story::on_message(const seen_message& seen, processing_time now) {
  if (as<frame_sent>(seen.content) != nullptr || as<credit_granted>(seen.content) != nullptr) {
    data_messages_ += seen.has_arrived ? 0 : 1;
    return;
  }
  const auto texts = texts_of(seen);
  if (texts.empty()) return;
  on_event_(
      {seen.has_arrived ? story_event::kind::arrived : story_event::kind::sent,
       since_beginning(now), seen.from.value, seen.to.process.value, seen.number, texts.front()},
      texts);
}

void story::on_fault(const std::string& what, std::uint32_t process, processing_time now) {
  on_event_({story_event::kind::fault, since_beginning(now), process, process, 0, what}, {what});
}

void story::add(story_event::kind what, const std::string& text, processing_time now) {
  on_event_({what, since_beginning(now), 0, 0, 0, text}, {text});
}

void story::on_state(job_state state, const std::optional<error>& cause, processing_time now) {
  const auto text = "job " + std::string{to_string(state)};
  on_event_({story_event::kind::job, since_beginning(now), 0, 0, 0,
             cause ? text + ": " + cause->message : text},
            {text});
}

void story::on_checkpoint(const checkpoint_commands::report& report, processing_time now) {
  const auto text = checkpoint_name(report.id) + (report.cause ? " failed" : " completed");
  on_event_({story_event::kind::checkpoint, since_beginning(now), 0, 0, 0,
             report.cause ? text + ": " + report.cause->message : text},
            {text});
}

void story::on_savepoint(const savepoint_outcome& outcome, processing_time now) {
  const std::string text = outcome.cause ? "savepoint failed" : "savepoint completed";
  on_event_({story_event::kind::checkpoint, since_beginning(now), 0, 0, 0,
             outcome.cause ? text + ": " + outcome.cause->message : text + ": " + outcome.path},
            {text});
}

void story::on_warning(const error& what, processing_time now) {
  add(story_event::kind::note, "warning: " + what.message, now);
}

}  // namespace weir
