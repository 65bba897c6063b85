// SPDX-License-Identifier: Apache-2.0
// An SVG drawing in a page of HTML; see coordination/testing/timeline.hpp. Each event has a row of
// its own, so that distances say nothing of time: it stands at the left, where it has changed, and
// a broken line is where much of it has passed. The names of the lanes stay in sight.
#include "coordination/testing/timeline.hpp"

#include <chrono>
#include <cstdio>
#include <map>

namespace weir {

namespace {

constexpr int row_height = 18;
constexpr int top = 18;
constexpr int head_height = 24;
constexpr auto long_time = std::chrono::milliseconds{5};
constexpr int first_lane = 150;
constexpr int lane_width = 260;

constexpr const char* head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>%s</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em; color: #1b2430; }
h1 { font-size: 1.3em; } pre { background: #f4f6f8; padding: .8em; white-space: pre-wrap; }
pre, p, h1 { max-width: 60em; } pre.wrong { background: #fdecea; }
svg { display: block; overflow: visible; }
#lanes { position: sticky; top: 0; background: #fff; border-bottom: 1px solid #c6ced8; }
text { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round; }
.gap { stroke: #c6ced8; stroke-dasharray: 4 4; } g:hover line.sent { stroke-width: 3; }
g:target .fault-row { fill: #f5b7b1; }
svg { font: 12px system-ui, sans-serif; } .lane { stroke: #c6ced8; } .time { fill: #7b8794; }
.name { font-weight: 600; } line.sent { stroke: #3d6fb4; } .lost { fill: #b8860b; }
.checkpoint { fill: #1a7f4b; } .job { fill: #5b3fa0; } .fault { fill: #c0392b; font-weight: 600; }
.failure { fill: #c0392b; } .fault-row { fill: #fdecea; } .note { fill: #7b8794; }
.fault-row ~ text { stroke: #fdecea; } label { margin-right: 1.2em; }
.hide-messages .message { display: none; }
</style></head><body>
)";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

int lane_of(std::uint32_t process) { return first_lane + static_cast<int>(process) * lane_width; }
std::string number(int n) { return std::to_string(n); }

std::string text_at(int x, int y, const std::string& style, const std::string& text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" class=\"" + style + "\">" +
         escaped(text) + "</text>\n";
}

std::string class_of(const story_event& each) {
  const auto has = [&](const char* word) { return each.text.find(word) != std::string::npos; };
  if (has(" failed") || has("job failing")) return "failure";
  switch (each.what) {
    case story_event::kind::job:
      return "job";
    case story_event::kind::checkpoint:
      return "checkpoint";
    case story_event::kind::fault:
      return "fault";
    default:
      return "note";
  }
}

class drawing {
public:
  explicit drawing(const timeline& shown) : shown_{&shown} {
    for (const auto& each : shown.events) {
      if (each.what == story_event::kind::arrived) arrival_[each.message] = rows_;
      ++rows_;
    }
  }

  // The names of the lanes, in a drawing of their own, and the story under it.
  std::string svg() const {
    std::string names;
    std::string lanes;
    for (std::uint32_t process = 0; process < shown_->processes; ++process) {
      const auto x = number(lane_of(process));
      names += text_at(lane_of(process) - 12, 16, "name", process_name(process));
      lanes += "<line class=\"lane\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"0\" y2=\"" +
               number(y_of(rows_ + 1)) + "\"/>\n";
    }
    std::string text = opened("lanes", head_height) + names + "</svg>\n" +
                       opened("story", y_of(rows_ + 2)) +
                       "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
                       "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 8 4 0 "
                       "8z\" fill=\"#3d6fb4\"/></marker></defs>\n" +
                       lanes;
    for (std::size_t row = 0; row < rows_; ++row) text += event(shown_->events[row], row);
    return text + red_row(rows_) + text_at(lane_of(0) + 6, y_of(rows_), "fault", end()) +
           "</svg>\n";
  }

private:
  static int y_of(std::size_t row) { return top + static_cast<int>(row) * row_height; }

  int width() const { return lane_of(shown_->processes) + 200; }
  std::string opened(const std::string& id, int height) const {
    return "<svg id=\"" + id + "\" width=\"" + number(width()) + "\" height=\"" + number(height) +
           "\">\n";
  }
  std::string red_row(std::size_t row) const {
    return "<rect class=\"fault-row\" x=\"0\" width=\"" + number(width()) + "\" y=\"" +
           number(y_of(row) - 13) + "\" height=\"" + number(row_height) + "\"/>";
  }
  // The first line of what is wrong.
  std::string end() const {
    return "the end: " + shown_->violation.substr(0, shown_->violation.find('\n'));
  }

  // Where it is not that of the row above; and a line above it when much time has passed.
  std::string time_of(std::size_t row) const {
    const auto at = shown_->events[row].at;
    if (row > 0 && at == shown_->events[row - 1].at) return "";
    char time[32];
    std::snprintf(time, sizeof time, "%.6f s", static_cast<double>(at.count()) / 1e6);
    auto text = text_at(8, y_of(row), "time", time);
    if (row == 0 || at - shown_->events[row - 1].at < long_time) return text;
    const auto y = number(y_of(row) - 13);
    return "<line class=\"gap\" x1=\"0\" x2=\"" + number(width()) + "\" y1=\"" + y + "\" y2=\"" +
           y + "\"/>" + text;
  }

  std::string event(const story_event& each, std::size_t row) const {
    if (each.what == story_event::kind::fault) {
      return "<g id=\"fault-" + number(static_cast<int>(row)) + "\">" + red_row(row) +
             time_of(row) + text_at(lane_of(0) + 6, y_of(row), "fault", each.text) + "</g>\n";
    }
    const bool is_message =
        each.what == story_event::kind::sent || each.what == story_event::kind::arrived;
    return (is_message ? "<g class=\"message\">" : "<g>") + time_of(row) +
           (is_message ? message(each, row)
                       : text_at(lane_of(each.from) + 6, y_of(row), class_of(each), each.text)) +
           "</g>\n";
  }

  std::string message(const story_event& each, std::size_t row) const {
    if (each.what == story_event::kind::arrived) return "";
    const auto arrival = arrival_.find(each.message);
    if (arrival == arrival_.end()) {
      return text_at(lane_of(each.from) + 6, y_of(row), "lost",
                     each.text + " (to " + process_name(each.to) + ", never arrived)");
    }
    return "<line class=\"sent\" marker-end=\"url(#tip)\" x1=\"" + number(lane_of(each.from)) +
           "\" y1=\"" + number(y_of(row) - 4) + "\" x2=\"" + number(lane_of(each.to)) + "\" y2=\"" +
           number(y_of(arrival->second) - 4) + "\"/>" +
           text_at(lane_of(each.from) + 6, y_of(row), "sender", each.text);
  }

  const timeline* shown_;
  std::size_t rows_ = 0;
  std::map<std::uint64_t, std::size_t> arrival_;  // Row, by message.
};

}  // namespace

std::string timeline_page(const timeline& shown) {
  std::string page = head;
  page.replace(page.find("%s"), 2, escaped(shown.title));
  page += "<h1>" + escaped(shown.title) + "</h1>\n<pre class=\"wrong\">" +
          escaped(shown.violation) + "</pre>\n";
  page += "<p>Faults that it takes:</p><pre>";
  for (const auto& each : shown.faults) page += escaped(each) + "\n";
  if (shown.faults.empty()) page += "none is needed";
  page += "</pre>\n<p>Where they are in the story:";
  std::size_t met = 0;
  for (std::size_t row = 0; row < shown.events.size(); ++row) {
    if (shown.events[row].what != story_event::kind::fault) continue;
    page += " <a href=\"#fault-" + std::to_string(row) + "\">" + std::to_string(++met) + "</a>";
  }
  if (met == 0) page += " nowhere";
  page +=
      "</p>\n<p><label><input type=\"checkbox\" checked "
      "onchange=\"document.getElementById('story').classList.toggle('hide-messages', "
      "!this.checked)\"> messages</label>A column is a process: jm the job manager's, tm-1 and so "
      "on those of the task managers. A row is an event, an arrow a message from where it was sent "
      "to where it arrived, with what it says at its beginning. Distances are no times: those "
      "stand "
      "at the left, and at a broken line at least 5 ms have passed. Records are not shown.</p>\n";
  return page + drawing{shown}.svg() + "</body></html>\n";
}

}  // namespace weir
