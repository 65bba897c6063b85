// SPDX-License-Identifier: Apache-2.0
// Sends each record where the function given to `partition_by` says.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/job_graph.hpp"
#include "api/operators/guarded.hpp"

namespace weir {

template <class T, class Function>
class function_router final : public record_router {
public:
  explicit function_router(Function channel_of) : channel_of_{std::move(channel_of)} {}

  void route(const record_batch& batch, std::uint32_t channel_count,
             std::span<std::uint32_t> channels) const override {
    const auto& values = batch_of<T>::of(batch).values;
    const auto cause = cause_of_failure([&] {
      for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto chosen =
            std::invoke(channel_of_, static_cast<const T&>(values[i]), channel_count);
        if (!std::in_range<std::uint32_t>(chosen) ||
            static_cast<std::uint32_t>(chosen) >= channel_count) {
          refuse(std::to_string(chosen), channel_count);
        }
        channels[i] = static_cast<std::uint32_t>(chosen);
      }
    });
    if (cause) {
      throw task_failure{
          {error_code::user_function, "partition_by: the function threw: " + *cause}};
    }
  }

private:
  [[noreturn]] static void refuse(const std::string& chosen, std::uint32_t channel_count) {
    throw task_failure{{error_code::user_function,
                        "partition_by: the function chose channel " + chosen + " of " +
                            std::to_string(channel_count) + "; it must be between 0 and " +
                            std::to_string(channel_count - 1)}};
  }

  Function channel_of_;
};

}  // namespace weir
