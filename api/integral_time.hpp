// SPDX-License-Identifier: Apache-2.0
// Tells std::chrono types that count in integers: they compare, hash and add up exactly.
#pragma once

#include <chrono>
#include <concepts>

namespace weir {

template <class T>
inline constexpr bool is_integral_time = false;
template <std::integral Rep, class Period>
inline constexpr bool is_integral_time<std::chrono::duration<Rep, Period>> = true;
template <class Clock, std::integral Rep, class Period>
inline constexpr bool
    is_integral_time<std::chrono::time_point<Clock, std::chrono::duration<Rep, Period>>> = true;

}  // namespace weir
