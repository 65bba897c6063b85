// SPDX-License-Identifier: Apache-2.0
// The part of samples/fraud_alerts.cpp that decides: who tries a stolen card pays next to nothing
// with it first, and soon afterwards a lot.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "api/environment.hpp"

namespace fraud {

struct payment {
  std::uint64_t id = 0;
  std::string account;
  weir::event_time time;
  std::int64_t cents = 0;
  friend bool operator==(const payment&, const payment&) = default;
};
WEIR_FIELDS(payment, id, account, time, cents)

struct alert {
  std::string account;
  std::uint64_t payment = 0;  // The large one, by its id;
  weir::event_time time;      // when it was made,
  std::int64_t cents = 0;     // and how large it is.
  weir::event_time trial;     // When the tiny one before it was made.
  friend bool operator==(const alert&, const alert&) = default;
};
WEIR_FIELDS(alert, account, payment, time, cents, trial)

// A payment that says nothing, and why.
struct unjudged_payment {
  std::uint64_t id = 0;
  std::string account;
  std::string reason;
  friend bool operator==(const unjudged_payment&, const unjudged_payment&) = default;
};
WEIR_FIELDS(unjudged_payment, id, account, reason)

inline const weir::side_output<unjudged_payment> unjudged{"unjudged"};

struct rules {
  std::int64_t tiny_cents = 100;  // A payment below this may be a trial.
  std::int64_t large_cents = 50'000;
  weir::duration window = std::chrono::minutes{10};  // From the trial to the large payment.
};

// Payments come in any order, also those of one account. Each waits until event time has come to
// it, so that they are judged in the order in which they were made, whatever the parallelism.
class detector {
public:
  using context = weir::keyed_process_context<std::string, alert>;

  explicit detector(rules by) : rules_{by} {}

  void open(weir::keyed_state<std::string>& state) {
    waiting_ = state.map<weir::event_time, std::vector<payment>>("waiting");
    trial_ = state.value<weir::event_time>("trial");
  }

  void process(const payment& made, context& here) {
    if (made.cents <= 0) return refuse(made, "not a payment", here);
    if (made.time <= here.watermark()) return refuse(made, "late", here);
    waiting_.value(made.time).push_back(made);
    here.timers().set_event_timer(made.time);
  }

  void on_timer(weir::event_time time, context& here) {
    auto made = waiting_.get(time).value_or(std::vector<payment>{});
    waiting_.erase(time);
    std::sort(made.begin(), made.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (const auto& each : made) judge(each, here);
    // The last of what a trial has set; a later trial has set another.
    if (trial_.has() && trial_.value() + rules_.window <= time) trial_.clear();
  }

private:
  void judge(const payment& made, context& here) {
    const bool is_open = trial_.has() && made.time <= trial_.value() + rules_.window;
    if (made.cents >= rules_.large_cents && is_open) {
      here.emit(alert{made.account, made.id, made.time, made.cents, trial_.value()});
    }
    if (made.cents >= rules_.tiny_cents) return;
    trial_.set(made.time);
    here.timers().set_event_timer(made.time + rules_.window);
  }

  static void refuse(const payment& made, const char* reason, context& here) {
    here.output(unjudged, unjudged_payment{made.id, made.account, reason});
  }

  rules rules_;
  weir::map_state<weir::event_time, std::vector<payment>> waiting_;
  weir::value_state<weir::event_time> trial_;
};

// The alerts; what is not judged is in the side output `unjudged`.
inline weir::stream<alert> detect(const weir::stream<payment>& payments, const rules& by = {}) {
  return payments.key_by(&payment::account)
      .process<alert>(detector{by})
      .name("detect")
      .uid("fraud");
}

}  // namespace fraud
