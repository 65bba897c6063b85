// SPDX-License-Identifier: Apache-2.0
// The whole job of samples/fraud_alerts.cpp, from the source to the sinks, for the program and for
// tests of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "api/environment.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "samples/fraud_detector.hpp"

namespace fraud {

// Payment number `i`: one a second from 2024-01-01 on, up to 29 s before the time when it is read.
// Of a hundred, three are tiny, three are large and one gives money back.
inline payment make_payment(std::uint64_t i, std::uint64_t accounts) {
  std::uint64_t random = (i + 1) * 0x9e3779b97f4a7c15U;  // SplitMix64, by Steele, Lea and Flood.
  random = (random ^ (random >> 30U)) * 0xbf58476d1ce4e5b9U;
  random = (random ^ (random >> 27U)) * 0x94d049bb133111ebU;
  random ^= random >> 31U;
  const auto part = [&random](std::uint64_t choices) {
    const auto chosen = static_cast<std::int64_t>(random % choices);
    random /= choices;
    return chosen;
  };
  using namespace std::chrono_literals;
  constexpr weir::event_time start{std::chrono::seconds{1'704'067'200}};
  payment made;
  made.id = i;
  made.account = "account-" + std::to_string(part(accounts));
  made.time = start + static_cast<std::int64_t>(i) * 1s - part(30) * 1s;
  const auto kind = part(100);
  if (kind < 3) {
    made.cents = 1 + part(99);
  } else if (kind < 6) {
    made.cents = 50'000 + part(50'000);
  } else if (kind == 6) {
    made.cents = -1 - part(5'000);
  } else {
    made.cents = 500 + part(20'000);
  }
  return made;
}

// Parameters: docs of samples/fraud_alerts.cpp. Operators have the uids payments, fraud, alerts and
// unjudged.
inline void build_job(weir::environment& env) {
  using namespace std::chrono_literals;
  const auto output = env.parameter("output", "build/fraud_alerts");
  const auto count = env.parameter<std::uint64_t>("payments", 20'000);
  const auto accounts = env.parameter<std::uint64_t>("accounts", 100);
  const auto rate = env.parameter("rate", 1e6);
  rules by;
  by.tiny_cents = env.parameter("tiny", by.tiny_cents);
  by.large_cents = env.parameter("large", by.large_cents);
  by.window = env.parameter("window", by.window);

  if (accounts == 0) throw std::invalid_argument{"job parameter accounts: 0; give it 1 or more"};

  const auto payments =
      env.from(weir::generator(count, [=](std::uint64_t i) { return make_payment(i, accounts); })
                   .at_rate(rate),
               weir::bounded_out_of_orderness(30s, &payment::time))
          .name("payments")
          .uid("payments");
  const auto alerts = detect(payments, by);
  alerts.sink(weir::file_sink(output + "/alerts.csv").csv()).name("alerts").uid("alerts");
  alerts.side_output(unjudged)
      .sink(weir::file_sink(output + "/unjudged.csv").csv())
      .name("unjudged")
      .uid("unjudged");
}

}  // namespace fraud
