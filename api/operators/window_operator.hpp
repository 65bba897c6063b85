// SPDX-License-Identifier: Apache-2.0
// Chooses the operator for an assigner and an aggregate: which way of combining slices fits.
#pragma once

#include <memory>
#include <utility>

#include "api/operators/aligned_window.hpp"
#include "api/operators/merging_combiner.hpp"
#include "api/operators/running_combiner.hpp"
#include "api/operators/session_window.hpp"
#include "api/operators/single_slice.hpp"
#include "api/operators/stacked_combiner.hpp"
#include "api/operators/window_buffer.hpp"

namespace weir {

template <class T, template <class, class, class> class Combiner, class Assigner, class KeyOf,
          class Aggregate, class Emitter>
std::unique_ptr<stream_operator> make_aligned_window(const Assigner& windows, KeyOf key_of,
                                                     Aggregate aggregate, Emitter emitter,
                                                     window_options options) {
  return std::make_unique<aligned_window<T, KeyOf, Aggregate, Emitter, Combiner>>(
      window_slicing{windows}, std::move(key_of), std::move(aggregate), std::move(emitter),
      options);
}

// The operator that gathers records of T by key and window, aggregates them, and emits what the
// emitter makes of the results. One overload for each kind of assigner.
// REQUIRES: neither `windows` nor `options` has a problem().
template <class T, class KeyOf, class Aggregate, class Emitter>
std::unique_ptr<stream_operator> make_window_operator(const tumbling_windows& windows, KeyOf key_of,
                                                      Aggregate aggregate, Emitter emitter,
                                                      window_options options) {
  return make_aligned_window<T, single_slice>(windows, std::move(key_of), std::move(aggregate),
                                              std::move(emitter), options);
}

template <class T, class KeyOf, class Aggregate, class Emitter>
std::unique_ptr<stream_operator> make_window_operator(const global_windows& windows, KeyOf key_of,
                                                      Aggregate aggregate, Emitter emitter,
                                                      window_options options) {
  return make_aligned_window<T, single_slice>(windows, std::move(key_of), std::move(aggregate),
                                              std::move(emitter), options);
}

template <class T, class KeyOf, class Aggregate, class Emitter>
std::unique_ptr<stream_operator> make_window_operator(const sliding_windows& windows, KeyOf key_of,
                                                      Aggregate aggregate, Emitter emitter,
                                                      window_options options) {
  const auto make = [&]<template <class, class, class> class Combiner>() {
    return make_aligned_window<T, Combiner>(windows, std::move(key_of), std::move(aggregate),
                                            std::move(emitter), options);
  };
  if constexpr (collecting_aggregate<Aggregate>) {
    return make.template operator()<merging_combiner>();
  } else if constexpr (invertible_aggregate_of<Aggregate, T>) {
    return make.template operator()<running_combiner>();
  } else {
    return make.template operator()<stacked_combiner>();
  }
}

template <class T, class KeyOf, class Aggregate, class Emitter>
std::unique_ptr<stream_operator> make_window_operator(const session_windows& windows, KeyOf key_of,
                                                      Aggregate aggregate, Emitter emitter,
                                                      window_options options) {
  return std::make_unique<session_window<T, KeyOf, Aggregate, Emitter>>(
      windows, std::move(key_of), std::move(aggregate), std::move(emitter), options);
}

}  // namespace weir
