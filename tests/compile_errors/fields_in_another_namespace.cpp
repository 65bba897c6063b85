// SPDX-License-Identifier: Apache-2.0
// Field names are found beside their struct; anywhere else they would silently not be found.
// expect: WEIR_FIELDS stands in the namespace of the struct it names
#include <string>

#include "api/fields.hpp"

namespace market {

struct trade {
  std::string symbol;
  double price = 0;
};

}  // namespace market

WEIR_FIELDS(market::trade, symbol, price)

int main() {}
