// SPDX-License-Identifier: Apache-2.0
// What an operator test is made with has to be a function from streams to a stream.
// expect: operator_test: the definition must be callable as stream<Out> f.stream<In>
#include "coordination/testing/operator_test.hpp"

void define() {
  weir::operator_test test{[](int number) { return number; }};
}
