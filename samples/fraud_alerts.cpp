// SPDX-License-Identifier: Apache-2.0
// Which cards are stolen? 20,000 payments, made up but always the same, up to half a minute out of
// order. A tiny payment and within ten minutes a large one by the same account are an alert.
//
//   alerts.csv     the account, the large payment, and when the tiny one before it was made
//   unjudged.csv   payments that say nothing: money given back, and what came too late
//
// What it remembers of an account is keyed state, and timers of event time:
// samples/fraud_detector.hpp.
//
//   fraud_alerts -p 4 -P output=build/fraud          -P payments=, accounts=, rate= a second,
//                                                    tiny=, large= in cents, window=10min
// Kill it at any time and go on; its output has every alert once:
//
//   fraud_alerts -P rate=2000 -D execution.checkpointing.dir=build/fraud/checkpoints
//   fraud_alerts -P rate=2000 -D execution.checkpointing.dir=build/fraud/checkpoints --restore
//   latest
#include "samples/fraud_alerts.hpp"

#include "coordination/run.hpp"

int main(int argc, char** argv) { return weir::run(argc, argv, "fraud_alerts", fraud::build_job); }
