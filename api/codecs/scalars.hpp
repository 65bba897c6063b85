// SPDX-License-Identifier: Apache-2.0
// Codecs of single values: numbers, enums, strings, times and durations.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "api/codecs/contract.hpp"
#include "api/time.hpp"

namespace weir {

namespace codecs {

template <class T>
concept number = (std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8) ||
                 std::same_as<T, float> || std::same_as<T, double>;

}  // namespace codecs

// The value's bytes.
template <codecs::number T>
struct codec<T> {
  // 0.0 == -0.0 with different bytes, and no NaN equals itself.
  static constexpr bool is_canonical = std::integral<T>;

  static void encode(T value, std::string& out) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  static bool try_decode(T& value, std::string_view& bytes) {
    if (bytes.size() < sizeof value) return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return true;
  }

  static result<T> decode(std::string_view& bytes) {
    T value{};
    if (try_decode(value, bytes)) return value;
    return codecs::bytes_missing(schema(), sizeof value, bytes.size());
  }

  static std::string schema() {
    if (std::same_as<T, char>) return "char";  // Signed on some machines only.
    const char kind = std::floating_point<T> ? 'f' : std::signed_integral<T> ? 'i' : 'u';
    return kind + std::to_string(8 * sizeof(T));
  }
};

// One byte, 0 or 1.
template <>
struct codec<bool> {
  static constexpr bool is_canonical = true;

  static void encode(bool value, std::string& out) { out.push_back(value ? '\1' : '\0'); }

  static bool try_decode(bool& value, std::string_view& bytes) {
    if (bytes.empty() || (bytes.front() != '\0' && bytes.front() != '\1')) return false;
    value = bytes.front() == '\1';
    bytes.remove_prefix(1);
    return true;
  }

  static result<bool> decode(std::string_view& bytes) {
    bool value = false;
    if (try_decode(value, bytes)) return value;
    if (bytes.empty()) return codecs::bytes_missing(schema(), 1, 0);
    return codecs::unknown_mark(schema(), static_cast<unsigned char>(bytes.front()));
  }

  static std::string schema() { return "bool"; }
};

// One zero byte.
template <>
struct codec<std::monostate> {
  static constexpr bool is_canonical = true;

  static void encode(std::monostate, std::string& out) { out.push_back('\0'); }

  static result<std::monostate> decode(std::string_view& bytes) {
    if (bytes.empty()) return codecs::bytes_missing(schema(), 1, 0);
    const auto mark = static_cast<unsigned char>(bytes.front());
    if (mark != 0) return codecs::unknown_mark(schema(), mark);
    bytes.remove_prefix(1);
    return std::monostate{};
  }

  static std::string schema() { return "nothing"; }
};

// The underlying integer. Values without a name are values too.
template <class T>
  requires std::is_enum_v<T>
struct codec<T> {
  using integer = std::underlying_type_t<T>;
  static constexpr bool is_canonical = true;

  static void encode(T value, std::string& out) {
    codec<integer>::encode(static_cast<integer>(value), out);
  }

  static bool try_decode(T& value, std::string_view& bytes) {
    integer number{};
    if (!codec<integer>::try_decode(number, bytes)) return false;
    value = static_cast<T>(number);
    return true;
  }

  static result<T> decode(std::string_view& bytes) {
    auto value = codec<integer>::decode(bytes);
    if (!value) return value.failure();
    return static_cast<T>(*value);
  }

  static std::string schema() { return "enum{" + codec<integer>::schema() + "}"; }
};

// The length and the bytes.
template <>
struct codec<std::string> {
  static constexpr bool is_canonical = true;

  // REQUIRES: the string is shorter than 4 GiB.
  static void encode(std::string_view value, std::string& out) {
    codecs::encode_length(value.size(), out);
    out.append(value);
  }

  static bool try_decode(std::string& value, std::string_view& bytes) {
    std::uint32_t length = 0;
    if (!codec<std::uint32_t>::try_decode(length, bytes) || length > bytes.size()) return false;
    value.assign(bytes.data(), length);
    bytes.remove_prefix(length);
    return true;
  }

  static result<std::string> decode(std::string_view& bytes) {
    const auto length = codecs::decode_length(bytes, schema);
    if (!length) return length.failure();
    std::string value{bytes.substr(0, *length)};
    bytes.remove_prefix(*length);
    return value;
  }

  static std::string schema() { return "string"; }
};

// The count of periods.
template <codecs::number Rep, class Period>
struct codec<std::chrono::duration<Rep, Period>> {
  using span = std::chrono::duration<Rep, Period>;
  static constexpr bool is_canonical = codec<Rep>::is_canonical;

  static void encode(const span& value, std::string& out) {
    codec<Rep>::encode(value.count(), out);
  }

  static result<span> decode(std::string_view& bytes) {
    auto count = codec<Rep>::decode(bytes);
    if (!count) return count.failure();
    return span{*count};
  }

  static std::string schema() { return "duration{" + codec<Rep>::schema() + "*" + period() + "}"; }

private:
  static std::string period() {
    if (std::is_same_v<Period, std::nano>) return "ns";
    if (std::is_same_v<Period, std::micro>) return "us";
    if (std::is_same_v<Period, std::milli>) return "ms";
    std::string seconds = std::to_string(Period::num);
    if (Period::den != 1) seconds += "/" + std::to_string(Period::den);
    return (seconds == "1" ? std::string{} : seconds) + "s";
  }
};

// Microseconds since 1970.
template <class Time>
  requires std::same_as<Time, event_time> || std::same_as<Time, processing_time>
struct codec<Time> {
  static constexpr bool is_canonical = true;

  static void encode(Time value, std::string& out) {
    codec<duration>::encode(value.time_since_epoch(), out);
  }

  static bool try_decode(Time& value, std::string_view& bytes) {
    duration::rep count = 0;
    if (!codec<duration::rep>::try_decode(count, bytes)) return false;
    value = Time{duration{count}};
    return true;
  }

  static result<Time> decode(std::string_view& bytes) {
    const auto since_epoch = codec<duration>::decode(bytes);
    if (!since_epoch) return since_epoch.failure();
    return Time{*since_epoch};
  }

  static std::string schema() {
    return std::same_as<Time, event_time> ? "event_time" : "processing_time";
  }
};

}  // namespace weir
