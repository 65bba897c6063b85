// SPDX-License-Identifier: Apache-2.0
// A stream that whole jobs are tested on: sales in a few shops, out of order by up to a minute, the
// same in every run.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "api/environment.hpp"
#include "api/fields.hpp"
#include "api/key_group.hpp"
#include "connectors/collection_source.hpp"

namespace weir {

struct sale {
  std::string shop;
  std::int64_t amount = 0;  // Positive.
  std::uint32_t number = 0;
  event_time at;
  friend bool operator==(const sale&, const sale&) = default;
};
WEIR_FIELDS(sale, shop, amount, number, at)

inline constexpr duration most_out_of_order = std::chrono::minutes{1};

// 2001-01-01T00:00:00Z.
inline constexpr event_time first_day{std::chrono::seconds{978'307'200}};

// A sale every ten seconds, give or take half a minute; ten shops, of which some sell more.
inline sale sale_number(std::uint64_t i) {
  const auto random = mix(i + 1);
  sale made;
  made.shop = "shop-" + std::to_string((random % 10) * (random % 7) % 10);
  made.amount = static_cast<std::int64_t>(1 + (random >> 20) % 500);
  made.number = static_cast<std::uint32_t>(i);
  made.at = first_day + std::chrono::seconds{10} * static_cast<std::int64_t>(i) +
            std::chrono::seconds{static_cast<std::int64_t>((random >> 40) % 60)};
  return made;
}

inline std::vector<sale> make_sales(std::uint64_t count) {
  std::vector<sale> sales;
  for (std::uint64_t i = 0; i < count; ++i) sales.push_back(sale_number(i));
  return sales;
}

// The sales as a stream with event time.
inline stream<sale> from_sales(environment& env, const std::vector<sale>& sales) {
  return env.from(collection(sales), bounded_out_of_orderness(most_out_of_order, &sale::at));
}

}  // namespace weir
