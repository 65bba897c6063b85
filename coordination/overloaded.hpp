// SPDX-License-Identifier: Apache-2.0
// One visitor out of a lambda for each alternative of a std::variant.
#pragma once

namespace weir {

template <class... Case>
struct overloaded : Case... {
  using Case::operator()...;
};
template <class... Case>
overloaded(Case...) -> overloaded<Case...>;

}  // namespace weir
