// SPDX-License-Identifier: Apache-2.0
// The fields of a plain struct, by name. One line makes a struct a record with named columns:
//
//   struct trade { std::string symbol; double price; };
//   WEIR_FIELDS(trade, symbol, price)        // At namespace scope, beside the struct.
//
// A field that was called otherwise when state was saved stands in parentheses, with its former
// names behind it: WEIR_FIELDS(trade, symbol, (price, cost)).
//
// Codecs, typed CSV, JSON lines, `print` and the file sink read it. A struct without the line still
// has a codec, by position (structured bindings, up to 16 fields); only its fields have no names.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weir {

// WEIR_FIELDS defines both functions beside the struct, where argument-dependent lookup finds them:
// a specialization would have to leave the struct's namespace.
template <class T>
concept has_named_fields = requires(T& value) {
  weir_field_names(std::type_identity<T>{});
  weir_tie_fields(std::type_identity<T>{}, value);
};

template <class T>
concept has_former_names = has_named_fields<T> && requires {
  weir_former_field_names(std::type_identity<T>{});
};

// What WEIR_FIELDS says about T: `names`, `former_names` ("price, amount"; mostly empty), and
// `tie(value)` as a tuple of references.
template <has_named_fields T>
struct fields_of {
  static constexpr auto names = weir_field_names(std::type_identity<T>{});
  static constexpr auto former_names = [] {
    if constexpr (has_former_names<T>) {
      return weir_former_field_names(std::type_identity<T>{});
    } else {
      return std::array<std::string_view, names.size()>{};
    }
  }();
  template <class Value>
  static constexpr auto tie(Value& value) {
    return weir_tie_fields(std::type_identity<T>{}, value);
  }
};

namespace reflection {

// Only ever named in unevaluated operands. The bodies are for Clang, which asks for them when T has
// no linkage.
struct any_value {
  template <class T>
  operator T() const {  // NOLINT
    __builtin_unreachable();
  }
};

template <class T>
struct any_base_of {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
  operator Base() const {  // NOLINT
    __builtin_unreachable();
  }
};

// Structured bindings do not see through base classes.
template <class T>
concept has_base = requires {
  T{any_base_of<T>{}};
};

template <class T, std::size_t... I>
constexpr bool takes_arguments(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), any_value{})...}; };
}

template <class T, std::size_t N = 16>
constexpr std::size_t count_fields() {
  if constexpr (takes_arguments<T>(std::make_index_sequence<N>{})) {
    return N;
  } else if constexpr (N == 0) {
    return 0;
  } else {
    return count_fields<T, N - 1>();
  }
}

}  // namespace reflection

// A struct whose fields can be told by structured bindings.
template <class T>
concept plain_struct =
    std::is_aggregate_v<T> && std::is_class_v<T> && !std::is_polymorphic_v<T> &&
    !has_named_fields<T> && !reflection::has_base<T> && (reflection::count_fields<T>() > 0);

// The fields of `value` as a tuple of references, with or without names.
template <class T>
constexpr auto tie_fields(T& value) {
  using type = std::remove_const_t<T>;
  if constexpr (has_named_fields<type>) {
    return fields_of<type>::tie(value);
  } else {
    constexpr std::size_t count = reflection::count_fields<type>();
    static_assert(count > 0, "a record struct has 1 to 16 fields, or a WEIR_FIELDS line");
    if constexpr (count == 1) {
      auto& [a] = value;
      return std::tie(a);
    } else if constexpr (count == 2) {
      auto& [a, b] = value;
      return std::tie(a, b);
    } else if constexpr (count == 3) {
      auto& [a, b, c] = value;
      return std::tie(a, b, c);
    } else if constexpr (count == 4) {
      auto& [a, b, c, d] = value;
      return std::tie(a, b, c, d);
    } else if constexpr (count == 5) {
      auto& [a, b, c, d, e] = value;
      return std::tie(a, b, c, d, e);
    } else if constexpr (count == 6) {
      auto& [a, b, c, d, e, f] = value;
      return std::tie(a, b, c, d, e, f);
    } else if constexpr (count == 7) {
      auto& [a, b, c, d, e, f, g] = value;
      return std::tie(a, b, c, d, e, f, g);
    } else if constexpr (count == 8) {
      auto& [a, b, c, d, e, f, g, h] = value;
      return std::tie(a, b, c, d, e, f, g, h);
    } else if constexpr (count == 9) {
      auto& [a, b, c, d, e, f, g, h, i] = value;
      return std::tie(a, b, c, d, e, f, g, h, i);
    } else if constexpr (count == 10) {
      auto& [a, b, c, d, e, f, g, h, i, j] = value;
      return std::tie(a, b, c, d, e, f, g, h, i, j);
    } else if constexpr (count == 11) {
      auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
      return std::tie(a, b, c, d, e, f, g, h, i, j, k);
    } else if constexpr (count == 12) {
      auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
      return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
    } else if constexpr (count == 13) {
      auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
      return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
    } else if constexpr (count == 14) {
      auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
      return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    } else if constexpr (count == 15) {
      auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = value;
      return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    } else {
      auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value;
      return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
    }
  }
}

}  // namespace weir

// WEIR_EACH(m, a, b, c) is m(a), m(b), m(c): each rescan of WEIR_EXPAND makes one more step.
#define WEIR_PARENTHESES ()
#define WEIR_EXPAND(...) WEIR_EXPAND_9(WEIR_EXPAND_9(WEIR_EXPAND_9(__VA_ARGS__)))
#define WEIR_EXPAND_9(...) WEIR_EXPAND_3(WEIR_EXPAND_3(WEIR_EXPAND_3(__VA_ARGS__)))
#define WEIR_EXPAND_3(...) WEIR_EXPAND_1(WEIR_EXPAND_1(WEIR_EXPAND_1(__VA_ARGS__)))
#define WEIR_EXPAND_1(...) __VA_ARGS__
#define WEIR_EACH(m, ...) WEIR_EXPAND(WEIR_EACH_STEP(m, __VA_ARGS__))
#define WEIR_EACH_STEP(m, x, ...) \
  m(x) __VA_OPT__(, WEIR_EACH_AGAIN WEIR_PARENTHESES(m, __VA_ARGS__))
#define WEIR_EACH_AGAIN() WEIR_EACH_STEP

// A field is a name, or (name, former names): WEIR_PROBE makes two arguments of a list and none of
// a name.
#define WEIR_PROBE(...) ~, 1
#define WEIR_SECOND(...) WEIR_SECOND_OF(__VA_ARGS__, ~)
#define WEIR_SECOND_OF(a, b, ...) b
#define WEIR_PASTE(a, b) WEIR_PASTE_NOW(a, b)
#define WEIR_PASTE_NOW(a, b) a##b
#define WEIR_AS_LIST(x) WEIR_PASTE(WEIR_AS_LIST_, WEIR_SECOND(WEIR_PROBE x, 0))(x)
#define WEIR_AS_LIST_0(x) (x)
#define WEIR_AS_LIST_1(x) x
#define WEIR_APPLY(m, list) m list
#define WEIR_FIELD_NAME(x) WEIR_APPLY(WEIR_NAME_OF, WEIR_AS_LIST(x))
#define WEIR_FORMER_NAMES(x) WEIR_APPLY(WEIR_FORMER_NAMES_OF, WEIR_AS_LIST(x))
#define WEIR_FIELD_REF(x) WEIR_APPLY(WEIR_REF_OF, WEIR_AS_LIST(x))
#define WEIR_NAME_OF(name, ...) \
  std::string_view { #name }
#define WEIR_FORMER_NAMES_OF(name, ...) \
  std::string_view { #__VA_ARGS__ }
#define WEIR_REF_OF(name, ...) value.name

// Names the fields of `type`, in their order. At most 16. Stands in the namespace of the struct.
#define WEIR_FIELDS(type, ...)                                                              \
  [[maybe_unused]] constexpr auto weir_field_names(std::type_identity<type>) {              \
    return std::array{WEIR_EACH(WEIR_FIELD_NAME, __VA_ARGS__)};                             \
  }                                                                                         \
  [[maybe_unused]] constexpr auto weir_former_field_names(std::type_identity<type>) {       \
    return std::array{WEIR_EACH(WEIR_FORMER_NAMES, __VA_ARGS__)};                           \
  }                                                                                         \
  template <class Value>                                                                    \
  [[maybe_unused]] constexpr auto weir_tie_fields(std::type_identity<type>, Value& value) { \
    return std::tie(WEIR_EACH(WEIR_FIELD_REF, __VA_ARGS__));                                \
  }                                                                                         \
  static_assert(::weir::has_named_fields<type>,                                             \
                "WEIR_FIELDS stands in the namespace of the struct it names");
