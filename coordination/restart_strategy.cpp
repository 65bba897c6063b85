// SPDX-License-Identifier: Apache-2.0
// The four strategies of coordination/restart_strategy.hpp.
#include "coordination/restart_strategy.hpp"

#include <algorithm>
#include <utility>

#include "coordination/restart_intensity.hpp"

namespace weir {

namespace {

class no_restart final : public restart_strategy {
public:
  std::optional<duration> on_failure(processing_time, std::uint64_t) override {
    return std::nullopt;
  }
};

class fixed_delay_restart final : public restart_strategy {
public:
  fixed_delay_restart(std::uint32_t attempts, duration delay)
      : attempts_left_{attempts}, delay_{delay} {}

  std::optional<duration> on_failure(processing_time, std::uint64_t) override {
    if (attempts_left_ == 0) return std::nullopt;
    attempts_left_ -= 1;
    return delay_;
  }

private:
  std::uint32_t attempts_left_;
  duration delay_;
};

class failure_rate_restart final : public restart_strategy {
public:
  failure_rate_restart(std::uint32_t max_failures, duration interval, duration delay)
      : failures_{max_failures, interval}, delay_{delay} {}

  std::optional<duration> on_failure(processing_time now, std::uint64_t) override {
    has_given_up_ = has_given_up_ || !failures_.on_child_ended(now);
    if (has_given_up_) return std::nullopt;
    return delay_;
  }

private:
  restart_intensity failures_;
  duration delay_;
  bool has_given_up_ = false;
};

// `span` times `factor`, at most `limit`.
duration scaled(duration span, double factor, duration limit) {
  const double product = static_cast<double>(span.count()) * factor;
  if (product >= static_cast<double>(limit.count())) return limit;
  return duration{static_cast<duration::rep>(product)};
}

class exponential_delay_restart final : public restart_strategy {
public:
  explicit exponential_delay_restart(const job_options& options)
      : first_{std::min(options.initial_backoff, options.max_backoff)},
        longest_{options.max_backoff},
        multiplier_{options.backoff_multiplier},
        threshold_{options.reset_backoff_threshold},
        jitter_{options.backoff_jitter},
        limit_{options.attempts_before_reset_backoff} {}

  std::optional<duration> on_failure(processing_time now, std::uint64_t random) override {
    const auto since = std::exchange(running_since_, std::nullopt);
    if (has_given_up_) return std::nullopt;
    if (since && now - *since >= threshold_) {
      next_ = first_;
      attempts_ = 0;
    }
    has_given_up_ = limit_ && attempts_ >= *limit_;
    if (has_given_up_) return std::nullopt;
    attempts_ += 1;
    const auto backoff = std::exchange(next_, scaled(next_, multiplier_, longest_));
    return scaled(backoff, 1.0 + jitter_ * between_minus_one_and_one(random), longest_);
  }

  void on_running(processing_time now) override { running_since_ = now; }

private:
  static double between_minus_one_and_one(std::uint64_t random) {
    constexpr double half_range = 9223372036854775808.0;  // 2^63.
    return static_cast<double>(random) / half_range - 1.0;
  }

  duration first_;
  duration longest_;
  double multiplier_;
  duration threshold_;
  double jitter_;
  std::optional<std::uint64_t> limit_;

  duration next_ = first_;
  std::uint64_t attempts_ = 0;
  std::optional<processing_time> running_since_;
  bool has_given_up_ = false;
};

}  // namespace

void restart_strategy::on_running(processing_time) {}

std::unique_ptr<restart_strategy> make_restart_strategy(const job_options& options) {
  auto type = options.restart;
  if (type == restart_strategy_type::automatic) {
    type = options.checkpoint_directory.empty() ? restart_strategy_type::none
                                                : restart_strategy_type::exponential_delay;
  }
  switch (type) {
    case restart_strategy_type::fixed_delay:
      return std::make_unique<fixed_delay_restart>(options.fixed_delay_attempts,
                                                   options.fixed_delay);
    case restart_strategy_type::failure_rate:
      return std::make_unique<failure_rate_restart>(options.max_failures_per_interval,
                                                    options.failure_rate_interval,
                                                    options.failure_rate_delay);
    case restart_strategy_type::exponential_delay:
      return std::make_unique<exponential_delay_restart>(options);
    default:
      return std::make_unique<no_restart>();
  }
}

}  // namespace weir
