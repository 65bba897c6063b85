// SPDX-License-Identifier: Apache-2.0
// The sales of tests/support/sales.hpp in windows, put there by the definition of each window: what
// jobs with windows are compared with.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "api/window.hpp"
#include "tests/support/sales.hpp"

namespace weir {

using shop_and_window = std::pair<std::string, window>;
using sales_by_window = std::map<shop_and_window, std::vector<sale>>;

inline sales_by_window in_windows(const std::vector<sale>& sales, const sliding_windows& windows) {
  sales_by_window found;
  for (const auto& each : sales) {
    const auto since = (each.at - windows.offset).time_since_epoch() % windows.slide;
    for (auto start = each.at - since; start > each.at - windows.size; start -= windows.slide) {
      found[{each.shop, {start, start + windows.size}}].push_back(each);
    }
  }
  return found;
}

inline sales_by_window in_windows(const std::vector<sale>& sales, const tumbling_windows& windows) {
  return in_windows(sales, sliding_windows{windows.size, windows.size, windows.offset});
}

// A session goes on as long as no pause is longer than the gap.
inline sales_by_window in_windows(std::vector<sale> sales, const session_windows& windows) {
  std::sort(sales.begin(), sales.end(), [](const sale& a, const sale& b) {
    return std::tie(a.shop, a.at) < std::tie(b.shop, b.at);
  });
  sales_by_window found;
  for (std::size_t first = 0; first < sales.size();) {
    std::size_t last = first;
    while (last + 1 < sales.size() && sales[last + 1].shop == sales[first].shop &&
           sales[last + 1].at - sales[last].at <= windows.gap) {
      ++last;
    }
    auto& session = found[{sales[first].shop, {sales[first].at, sales[last].at + windows.gap}}];
    for (; first <= last; ++first) session.push_back(sales[first]);
  }
  return found;
}

inline sales_by_window in_windows(const std::vector<sale>& sales, const global_windows&) {
  sales_by_window found;
  for (const auto& each : sales) {
    found[{each.shop, {beginning_of_time, end_of_time}}].push_back(each);
  }
  return found;
}

inline std::int64_t amount_of(const std::vector<sale>& sales) {
  std::int64_t amount = 0;
  for (const auto& each : sales) amount += each.amount;
  return amount;
}

// What `value_of(sales)` is for each window, as the window's result with its time.
template <class ValueOf>
auto results_of(const sales_by_window& windows, ValueOf value_of) {
  using value = std::remove_cvref_t<std::invoke_result_t<ValueOf&, const std::vector<sale>&>>;
  std::vector<std::pair<window_result<std::string, value>, event_time>> results;
  for (const auto& [place, sales] : windows) {
    const auto& [shop, in] = place;
    results.push_back({{shop, in, value_of(sales)}, in.last()});
  }
  return results;
}

}  // namespace weir
