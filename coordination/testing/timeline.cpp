// SPDX-License-Identifier: Apache-2.0
// An SVG drawing in a page of HTML; see coordination/testing/timeline.hpp. Each event has a row of
// its own, so that distances say nothing of time: it stands at the left.
#include "coordination/testing/timeline.hpp"

#include <cstdio>
#include <map>

namespace weir {

namespace {

constexpr int row_height = 18;
constexpr int top = 40;
constexpr int first_lane = 150;
constexpr int lane_width = 260;

constexpr const char* head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>%s</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em; color: #1b2430; }
h1 { font-size: 1.3em; } pre { background: #f4f6f8; padding: .8em; overflow-x: auto; }
svg { font: 12px system-ui, sans-serif; } .lane { stroke: #c6ced8; } .time { fill: #7b8794; }
.name { font-weight: 600; } line.sent { stroke: #3d6fb4; } .lost { fill: #b8860b; }
.checkpoint { fill: #1a7f4b; } .job { fill: #5b3fa0; } .fault { fill: #c0392b; font-weight: 600; }
.fault-row { fill: #fdecea; } .note { fill: #7b8794; } label { margin-right: 1.2em; }
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

std::string class_of(story_event::kind what) {
  switch (what) {
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

  std::string svg() const {
    const int width = lane_of(shown_->processes) + 200;
    const int height = top + static_cast<int>(rows_ + 1) * row_height;
    std::string text = "<svg id=\"story\" width=\"" + number(width) + "\" height=\"" +
                       number(height) +
                       "\"><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
                       "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 8 4 0 "
                       "8z\" fill=\"#3d6fb4\"/></marker></defs>\n";
    for (std::uint32_t process = 0; process < shown_->processes; ++process) {
      const auto x = number(lane_of(process));
      text += "<line class=\"lane\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"24\" y2=\"" +
              number(height) + "\"/>\n";
      text += text_at(lane_of(process) - 12, 16, "name", process_name(process));
    }
    for (std::size_t row = 0; row < rows_; ++row) text += event(shown_->events[row], row);
    return text + "</svg>\n";
  }

private:
  static int y_of(std::size_t row) { return top + static_cast<int>(row) * row_height; }

  std::string event(const story_event& each, std::size_t row) const {
    const int y = y_of(row);
    char time[32];
    std::snprintf(time, sizeof time, "%.6f s", static_cast<double>(each.at.count()) / 1e6);
    const bool is_message =
        each.what == story_event::kind::sent || each.what == story_event::kind::arrived;
    std::string text = is_message ? "<g class=\"message\">" : "<g>";
    if (each.what == story_event::kind::fault) {
      text += "<rect class=\"fault-row\" x=\"0\" width=\"" +
              number(lane_of(shown_->processes) + 200) + "\" y=\"" + number(y - 13) +
              "\" height=\"" + number(row_height) + "\"/>";
    }
    text += text_at(8, y, "time", time);
    text += is_message ? message(each, row)
                       : text_at(lane_of(each.from) + 6, y, class_of(each.what), each.text);
    return text + "</g>\n";
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
  page += "<h1>" + escaped(shown.title) + "</h1>\n<pre>" + escaped(shown.violation) + "</pre>\n";
  page += "<p>Faults:</p><pre>";
  for (const auto& each : shown.faults) page += escaped(each) + "\n";
  if (shown.faults.empty()) page += "none is needed";
  page +=
      "</pre>\n<p><label><input type=\"checkbox\" checked "
      "onchange=\"document.getElementById('story').classList.toggle('hide-messages', "
      "!this.checked)\"> messages</label>Batches of records are not shown.</p>\n";
  return page + drawing{shown}.svg() + "</body></html>\n";
}

}  // namespace weir
