// SPDX-License-Identifier: Apache-2.0
// Windows as their definition says, with a list of values for every key and window: what the window
// operators must agree with, however much faster they are.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "api/window.hpp"

namespace weir {

struct reading {
  int key = 0;
  std::int64_t value = 0;
  friend bool operator==(const reading&, const reading&) = default;
};

// The values of one firing: sorted, since slices may hand them over in another order.
using fired_window = window_result<int, std::vector<std::int64_t>>;

inline bool comes_before(const fired_window& a, const fired_window& b) {
  return std::tie(a.window, a.key, a.value) < std::tie(b.window, b.key, b.value);
}

class aligned_model {
public:
  aligned_model(sliding_windows windows, duration lateness)
      : windows_{windows}, lateness_{lateness} {}

  void push(const reading& record, event_time time) {
    bool is_late = true;
    for (event_time start = last_start(time); start > time - windows_.size;
         start -= windows_.slide) {
      const window in{start, start + windows_.size};
      if (in.end + lateness_ <= watermark_) continue;
      is_late = false;
      auto& values = open_[in][record.key];
      values.push_back(record.value);
      if (in.end <= watermark_) fire(in, record.key, values);
    }
    if (is_late) late.push_back(record);
  }

  void watermark(event_time to) {
    for (const auto& [in, keys] : open_) {
      if (in.end <= watermark_ || in.end > to) continue;
      for (const auto& [key, values] : keys) fire(in, key, values);
    }
    watermark_ = to;
    std::erase_if(open_, [&](const auto& each) {
      return to == end_of_time || each.first.end + lateness_ <= to;
    });
  }

  std::vector<fired_window> fired;
  std::vector<reading> late;

private:
  event_time last_start(event_time time) const {
    const std::int64_t slide = windows_.slide.count();
    const std::int64_t since = (time.time_since_epoch() - windows_.offset).count();
    return time - duration{((since % slide) + slide) % slide};
  }
  void fire(const window& in, int key, std::vector<std::int64_t> values) {
    std::sort(values.begin(), values.end());
    fired.push_back({key, in, std::move(values)});
  }

  sliding_windows windows_;
  duration lateness_;
  std::map<window, std::map<int, std::vector<std::int64_t>>> open_;
  event_time watermark_ = beginning_of_time;
};

class session_model {
public:
  session_model(duration gap, duration lateness) : gap_{gap}, lateness_{lateness} {}

  void push(const reading& record, event_time time) {
    auto& open = open_[record.key];
    session joined{{time, time + gap_}, {record.value}};
    const auto touches = [&](const session& each) {
      return each.span.start <= time + gap_ && time <= each.span.end;
    };
    for (const session& each : open) {
      if (!touches(each)) continue;
      joined.span.start = std::min(joined.span.start, each.span.start);
      joined.span.end = std::max(joined.span.end, each.span.end);
      joined.values.insert(joined.values.end(), each.values.begin(), each.values.end());
    }
    if (joined.span.end + lateness_ <= watermark_) {
      late.push_back(record);
      return;
    }
    std::erase_if(open, touches);
    if (joined.span.end <= watermark_) fire(record.key, joined);
    open.push_back(std::move(joined));
  }

  void watermark(event_time to) {
    watermark_ = to;
    for (auto& [key, open] : open_) {
      for (session& each : open) {
        if (each.span.end <= to && !each.has_fired) fire(key, each);
      }
      std::erase_if(open, [&](const session& each) {
        return to == end_of_time || each.span.end + lateness_ <= to;
      });
    }
  }

  std::vector<fired_window> fired;
  std::vector<reading> late;

private:
  struct session {
    window span;
    std::vector<std::int64_t> values;
    bool has_fired = false;
  };
  void fire(int key, session& which) {
    which.has_fired = true;
    auto values = which.values;
    std::sort(values.begin(), values.end());
    fired.push_back({key, which.span, std::move(values)});
  }

  duration gap_;
  duration lateness_;
  std::map<int, std::vector<session>> open_;
  event_time watermark_ = beginning_of_time;
};

}  // namespace weir
