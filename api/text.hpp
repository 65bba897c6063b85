// SPDX-License-Identifier: Apache-2.0
// How values look: as text (print, dead letters, messages), as rows of CSV and as JSON.
//
//   type                      text                        JSON
//   trade, WEIR_FIELDS        {symbol: ACME, price: 1.5}  {"symbol":"ACME","price":1.5}
//   trade, no names           {ACME, 1.5}                 ["ACME",1.5]
//   pair, tuple, vector, set  [ACME, 1.5]                 ["ACME",1.5]
//   map                       {ACME: 1.5}                 {"ACME":1.5}, or [[key,value]]
//   event_time, duration      2001-01-01T00:00:00Z, 1h30m "2001-01-01T00:00:00Z", "1h30m"
//   empty optional, monostate nothing                     null
//
// Numbers are as short as is exact; an enum is its number; operator<< serves all other types.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "api/fields.hpp"
#include "api/parts.hpp"
#include "api/time.hpp"
#include "api/value_shape.hpp"

namespace weir {

template <printable T>
void append_text(std::string& out, const T& value);

template <printable T>
std::string to_text(const T& value) {
  std::string out;
  append_text(out, value);
  return out;
}

// One field of a CSV row, quoted if RFC 4180 asks for it.
void append_csv_field(std::string& out, std::string_view text);

// The fields of a struct or tuple, as one CSV row without its line end; any other value is a row of
// one field. Values with parts inside are fields of text.
template <printable T>
void append_csv_row(std::string& out, const T& value);

// The CSV row of names that goes with rows of T: the fields' names, "field_1,field_2" if they have
// none, and "value" for rows of one field.
template <printable T>
std::string csv_header();

// RFC 8259, on one line. Not-a-number and infinities are null; bytes that are not UTF-8 become
// U+FFFD; 64-bit integers are written in full.
template <printable T>
void append_json(std::string& out, const T& value);

namespace text {

void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);
void append_number(std::string& out, float number);
void append_number(std::string& out, double number);
void append_number(std::string& out, long double number);
void append_json_string(std::string& out, std::string_view text);

template <class T>
auto widened(T number) {
  if constexpr (std::floating_point<T>) {
    return number;
  } else if constexpr (std::signed_integral<T>) {
    return std::int64_t{number};
  } else {
    return std::uint64_t{number};
  }
}

template <class Rep, class Period>
void append_duration(std::string& out, std::chrono::duration<Rep, Period> span) {
  using microseconds = std::ratio_divide<Period, std::micro>;
  std::int64_t exact = 0;
  if constexpr (std::integral<Rep> && microseconds::den == 1) {
    if (!__builtin_mul_overflow(span.count(), microseconds::num, &exact)) {
      out += to_string(duration{exact});
      return;
    }
  }
  if constexpr (std::same_as<Period, std::nano>) {
    append_number(out, widened(span.count()));
    out += "ns";
  } else {
    append_number(out, std::chrono::duration<double>{span}.count());
    out += 's';
  }
}

// Calls `append(part, i)` for each part, with a separator between any two.
template <class Value, class Append>
void append_parts(std::string& out, const Value& value, std::string_view separator,
                  Append&& append) {
  std::size_t i = 0;
  const auto separated = [&](const auto& part) {
    if (i > 0) out += separator;
    append(part, i++);
  };
  std::apply([&](const auto&... part) { (separated(part), ...); }, tie_parts(value));
}

template <class Values, class Append>
void append_elements(std::string& out, const Values& values, std::string_view separator,
                     Append&& append) {
  bool is_first = true;
  for (auto&& value : values) {
    if (!is_first) out += separator;
    is_first = false;
    append(value);
  }
}

// Text of the shapes that have parts.
template <value_shape shape, class T>
void append_structure(std::string& out, const T& value) {
  const auto append = [&](const auto& part, auto&&...) { append_text(out, part); };
  constexpr bool is_braced = shape == value_shape::record || shape == value_shape::plain_record ||
                             shape == value_shape::mapping;
  out += is_braced ? '{' : '[';
  if constexpr (shape == value_shape::record) {
    append_parts(out, value, ", ", [&](const auto& part, std::size_t i) {
      out.append(fields_of<T>::names[i]).append(": ");
      append_text(out, part);
    });
  } else if constexpr (shape == value_shape::mapping) {
    append_elements(out, value, ", ", [&](const auto& entry) {
      append_text(out, entry.first);
      out += ": ";
      append_text(out, entry.second);
    });
  } else if constexpr (shape == value_shape::sequence) {
    append_elements(out, value, ", ", append);
  } else {
    append_parts(out, value, ", ", append);
  }
  out += is_braced ? '}' : ']';
}

// JSON of the shapes that have parts.
template <value_shape shape, class T>
void append_json_structure(std::string& out, const T& value) {
  const auto append = [&](const auto& part, auto&&...) { append_json(out, part); };
  if constexpr (shape == value_shape::record) {
    out += '{';
    append_parts(out, value, ",", [&](const auto& part, std::size_t i) {
      append_json_string(out, fields_of<T>::names[i]);
      out += ':';
      append_json(out, part);
    });
    out += '}';
  } else if constexpr (shape == value_shape::mapping) {
    constexpr bool is_object = shape_of<typename T::key_type>() == value_shape::string;
    out += is_object ? '{' : '[';
    append_elements(out, value, ",", [&](const auto& entry) {
      if constexpr (is_object) {
        append_json_string(out, entry.first);
        out += ':';
        append_json(out, entry.second);
      } else {
        append_json(out, entry);
      }
    });
    out += is_object ? '}' : ']';
  } else {
    out += '[';
    if constexpr (shape == value_shape::sequence) {
      append_elements(out, value, ",", append);
    } else {
      append_parts(out, value, ",", append);
    }
    out += ']';
  }
}

// Shapes whose text never needs quotes in a CSV row.
constexpr bool is_bare(value_shape shape) {
  return shape == value_shape::nothing || shape == value_shape::boolean ||
         shape == value_shape::number || shape == value_shape::enumeration ||
         shape == value_shape::time || shape == value_shape::time_span;
}

constexpr bool is_row(value_shape shape) {
  return shape == value_shape::record || shape == value_shape::plain_record ||
         shape == value_shape::tuple;
}

template <class T>
void append_csv_value(std::string& out, const T& value) {
  constexpr value_shape shape = shape_of<T>();
  if constexpr (is_bare(shape)) {
    append_text(out, value);
  } else if constexpr (shape == value_shape::string) {
    append_csv_field(out, value);
  } else {
    append_csv_field(out, to_text(value));
  }
}

}  // namespace text

template <printable T>
void append_text(std::string& out, const T& value) {
  constexpr value_shape shape = shape_of<T>();
  if constexpr (shape == value_shape::boolean) {
    out += value ? "true" : "false";
  } else if constexpr (shape == value_shape::character) {
    out += value;
  } else if constexpr (shape == value_shape::number) {
    text::append_number(out, text::widened(value));
  } else if constexpr (shape == value_shape::enumeration) {
    text::append_number(out, text::widened(static_cast<std::underlying_type_t<T>>(value)));
  } else if constexpr (shape == value_shape::string) {
    out += std::string_view{value};
  } else if constexpr (shape == value_shape::time) {
    out += to_string(value);
  } else if constexpr (shape == value_shape::time_span) {
    text::append_duration(out, value);
  } else if constexpr (shape == value_shape::message) {
    out += value.ShortDebugString();
  } else if constexpr (shape == value_shape::streamed) {
    std::ostringstream stream;
    stream << value;
    out += std::move(stream).str();
  } else if constexpr (shape == value_shape::optional) {
    if (value) append_text(out, *value);
  } else if constexpr (shape == value_shape::variant) {
    std::visit([&](const auto& held) { append_text(out, held); }, value);
  } else if constexpr (shape != value_shape::nothing) {
    text::append_structure<shape>(out, value);
  }
}

template <printable T>
void append_csv_row(std::string& out, const T& value) {
  if constexpr (text::is_row(shape_of<T>())) {
    text::append_parts(out, value, ",",
                       [&](const auto& part, std::size_t) { text::append_csv_value(out, part); });
  } else {
    const std::size_t start = out.size();
    text::append_csv_value(out, value);
    // Readers skip empty lines.
    if (out.size() == start) out += "\"\"";
  }
}

template <printable T>
std::string csv_header() {
  if constexpr (!text::is_row(shape_of<T>())) {
    return "value";
  } else {
    std::string out;
    constexpr std::size_t count = std::tuple_size_v<decltype(tie_parts(std::declval<T&>()))>;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += ',';
      if constexpr (has_named_fields<T>) {
        out += fields_of<T>::names[i];
      } else {
        out += "field_" + std::to_string(i + 1);
      }
    }
    return out;
  }
}

template <printable T>
void append_json(std::string& out, const T& value) {
  constexpr value_shape shape = shape_of<T>();
  if constexpr (shape == value_shape::nothing) {
    out += "null";
  } else if constexpr (shape == value_shape::number && std::is_floating_point_v<T>) {
    // Neither not-a-number nor an infinity minus itself is zero.
    if (value - value == T{}) {
      append_text(out, value);
    } else {
      out += "null";
    }
  } else if constexpr (shape == value_shape::boolean || shape == value_shape::number ||
                       shape == value_shape::enumeration) {
    append_text(out, value);
  } else if constexpr (shape == value_shape::string) {
    text::append_json_string(out, value);
  } else if constexpr (shape == value_shape::optional) {
    if (value) {
      append_json(out, *value);
    } else {
      out += "null";
    }
  } else if constexpr (shape == value_shape::variant) {
    std::visit([&](const auto& held) { append_json(out, held); }, value);
  } else if constexpr (shape == value_shape::record || shape == value_shape::plain_record ||
                       shape == value_shape::tuple || shape == value_shape::mapping ||
                       shape == value_shape::sequence) {
    text::append_json_structure<shape>(out, value);
  } else {
    text::append_json_string(out, to_text(value));
  }
}

}  // namespace weir
