// SPDX-License-Identifier: Apache-2.0
// One function for each kind of schema; see state/json_encoding.hpp.
#include "state/json_encoding.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "api/base64.hpp"
#include "api/codec.hpp"
#include "api/time.hpp"
#include "state/json_cursor.hpp"
#include "state/message_type.hpp"

namespace weir {

namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return number;
}

class json_encoder {
public:
  json_encoder(std::string& out, std::string_view json) : out_{out}, json_{json} {}

  status encode_all(const schema& of) {
    if (encode(of) && !json_.at_end()) {
      fail("character " + std::to_string(json_.place()) + ": expected nothing more");
    }
    if (problem_.empty()) return {};
    return error{error_code::invalid_argument, std::move(problem_)};
  }

private:
  bool fail(const std::string& what) {
    if (problem_.empty()) problem_ = path_.empty() ? what : path_ + ": " + what;
    return false;
  }
  bool expected(const schema& of) { return fail("expected " + of.text); }

  // Encodes a part whose place is added to the path.
  bool encode_part(const std::string& place, const schema& of) {
    const std::size_t length = path_.size();
    if (!path_.empty() && place.front() != '[') path_ += '.';
    path_ += place;
    const bool done = encode(of);
    path_.resize(length);
    return done;
  }

  bool encode(const schema& of) {
    switch (of.kind) {
      case schema_kind::nothing:
        if (!json_.take_word("null")) return expected(of);
        out_ += '\0';
        return true;
      case schema_kind::boolean:
        return encode_boolean(of);
      case schema_kind::unsigned_integer:
      case schema_kind::signed_integer:
        return encode_integer(of, of);
      case schema_kind::enumeration:
        return encode_integer(of, of.parts[0]);
      case schema_kind::floating_point:
        return encode_floating(of);
      case schema_kind::character:
        return encode_character(of);
      case schema_kind::string:
        return encode_string(of);
      case schema_kind::time:
        return encode_time(of);
      case schema_kind::time_span:
        return encode_time_span(of);
      case schema_kind::record:
        return encode_record(of);
      case schema_kind::tuple:
        return encode_tuple(of);
      case schema_kind::array:
      case schema_kind::sequence:
        return encode_elements(of);
      case schema_kind::mapping:
        return of.parts[0].kind == schema_kind::string ? encode_members(of) : encode_entries(of);
      case schema_kind::optional:
        return encode_optional(of);
      case schema_kind::variant:
        return encode_variant(of);
      case schema_kind::message:
        return encode_message(of);
      case schema_kind::foreign:
        break;
    }
    return fail("only the program that wrote it knows how " + of.text + " is encoded");
  }

  bool encode_boolean(const schema& of) {
    const bool is_true = json_.take_word("true");
    if (!is_true && !json_.take_word("false")) return expected(of);
    codec<bool>::encode(is_true, out_);
    return true;
  }

  // `number` is how it is encoded: of an enum, its integer.
  bool encode_integer(const schema& of, const schema& number) {
    const auto text = json_.take_number();
    const std::size_t width = number.width;
    if (number.kind == schema_kind::signed_integer) {
      const auto value = number_in<std::int64_t>(text);
      const auto shift = 64 - 8 * width;
      const auto least = std::numeric_limits<std::int64_t>::min() >> shift;
      if (!value || *value < least || *value > -(least + 1)) return expected(of);
      return append_bytes(*value, width);
    }
    const auto value = number_in<std::uint64_t>(text);
    const std::uint64_t most = number.kind == schema_kind::boolean
                                   ? 1
                                   : std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * width);
    if (!value || *value > most) return expected(of);
    return append_bytes(*value, width);
  }

  template <class Number>
  bool append_bytes(Number value, std::size_t width) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, width);
    return true;
  }

  bool encode_floating(const schema& of) {
    std::optional<double> value;
    std::optional<float> narrow;
    if (json_.ahead() == '"') {
      const auto name = json_.take_string();
      if (!name) return expected(of);
      if (*name == "NaN") value = std::numeric_limits<double>::quiet_NaN();
      if (*name == "Infinity") value = std::numeric_limits<double>::infinity();
      if (*name == "-Infinity") value = -std::numeric_limits<double>::infinity();
      if (value) narrow = static_cast<float>(*value);
    } else {
      const auto text = json_.take_number();
      value = number_in<double>(text);
      narrow = number_in<float>(text);
    }
    if (of.width == sizeof(float)) return narrow ? append_bytes(*narrow, of.width) : expected(of);
    return value ? append_bytes(*value, of.width) : expected(of);
  }

  // A string that has this name in an object.
  static std::optional<std::string> take_member(json_cursor& of, std::string_view name) {
    const auto found = of.take_string();
    if (!found || *found != name || !of.take(':')) return std::nullopt;
    if (auto value = of.take_string()) return *std::move(value);
    return std::nullopt;
  }

  // A string, or {"base64":...} for what is no text.
  std::optional<std::string> take_bytes() {
    if (json_.ahead() != '{') {
      auto text = json_.take_string();
      if (text) return *std::move(text);
      return std::nullopt;
    }
    const auto all = json_.take_value();
    json_cursor inner{all};
    inner.take('{');
    const auto digits = take_member(inner, "base64");
    if (!digits || !inner.take('}')) return std::nullopt;
    return bytes_of_base64(*digits);
  }

  bool encode_character(const schema& of) {
    const auto bytes = take_bytes();
    if (!bytes || bytes->size() != 1) return expected(of);
    out_ += *bytes;
    return true;
  }

  bool encode_string(const schema& of) {
    const auto bytes = take_bytes();
    if (!bytes) return expected(of);
    codec<std::string>::encode(*bytes, out_);
    return true;
  }

  bool encode_time(const schema& of) {
    const auto text = json_.take_string();
    const auto time = text ? parse_event_time(*text) : result<event_time>{error{}};
    if (!time) return fail("expected " + of.text + " as \"2001-01-01T00:00:00Z\"");
    codec<event_time>::encode(*time, out_);
    return true;
  }

  // As state/schema_value.cpp writes it: as a duration of ours, or a number with its unit.
  bool encode_time_span(const schema& of) {
    const schema& number = of.parts[0];
    const auto wrong = [&] { return fail("expected " + of.text + " as \"1h30m\""); };
    const auto text = json_.take_string();
    if (!text) return wrong();
    if (number.kind == schema_kind::floating_point) {
      const auto seconds =
          text->ends_with('s')
              ? number_in<double>(std::string_view{*text}.substr(0, text->size() - 1))
              : std::nullopt;
      if (!seconds) return wrong();
      const double count =
          *seconds * static_cast<double>(of.fraction) / static_cast<double>(of.period);
      return number.width == sizeof(float) ? append_bytes(static_cast<float>(count), number.width)
                                           : append_bytes(count, number.width);
    }
    const auto count = count_of(of, *text);
    if (!count) return wrong();
    const auto shift = 64 - 8 * number.width;
    const bool is_signed = number.kind == schema_kind::signed_integer;
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (is_signed ? shift : 0);
    const bool fits = is_signed ? *count <= most && *count >= -most - 1
                                : *count >= 0 && (shift == 0 || *count >> (64 - shift) == 0);
    return fits ? append_bytes(*count, number.width) : wrong();
  }

  static std::optional<std::int64_t> count_of(const schema& of, std::string_view text) {
    constexpr std::int64_t microseconds_per_second = 1'000'000;
    if (of.period == 1 && of.fraction == 1'000'000'000 && text.ends_with("ns")) {
      return number_in<std::int64_t>(text.substr(0, text.size() - 2));
    }
    const auto span = parse_duration(text);
    if (!span) return std::nullopt;
    std::int64_t parts = 0;
    std::int64_t each = 0;
    if (__builtin_mul_overflow(span->count(), of.fraction, &parts) ||
        __builtin_mul_overflow(of.period, microseconds_per_second, &each) || parts % each != 0) {
      return std::nullopt;
    }
    return parts / each;
  }

  bool encode_record(const schema& of) {
    std::vector<std::string_view> given(of.names.size());
    if (!json_.take('{')) return expected(of);
    for (bool is_first = true; !json_.take('}'); is_first = false) {
      if (!is_first && !json_.take(',')) return expected(of);
      const auto name = json_.take_string();
      if (!name || !json_.take(':')) return expected(of);
      std::size_t field = 0;
      while (field < of.names.size() && of.names[field] != *name) ++field;
      if (field == of.names.size()) return fail("there is no field " + *name + " in " + of.text);
      if (!given[field].empty()) return fail("field " + *name + " comes twice");
      given[field] = json_.take_value();
      if (given[field].empty()) return expected(of);
    }
    const json_cursor behind = json_;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i].empty()) return fail("field " + of.names[i] + " is missing");
      json_ = json_cursor{given[i]};
      if (!encode_part(of.names[i], of.parts[i])) return false;
      if (!json_.at_end()) return expected(of.parts[i]);
    }
    json_ = behind;
    return true;
  }

  bool encode_tuple(const schema& of) {
    if (!json_.take('[')) return expected(of);
    for (std::size_t i = 0; i < of.parts.size(); ++i) {
      if (i > 0 && !json_.take(',')) return expected(of);
      if (!encode_part("[" + std::to_string(i) + "]", of.parts[i])) return false;
    }
    return json_.take(']') || expected(of);
  }

  // Leaves room for a count, which `fill` returns.
  template <class Fill>
  bool counted(Fill fill) {
    const std::size_t place = out_.size();
    codecs::encode_length(0, out_);
    const std::optional<std::uint32_t> count = fill();
    if (!count) return false;
    std::memcpy(out_.data() + place, &*count, sizeof *count);
    return true;
  }

  // The rest of a list up to `end`; calls encode_one(number) for each of its elements.
  template <class EncodeOne>
  std::optional<std::uint32_t> encode_list(const schema& of, char end, EncodeOne encode_one) {
    std::uint32_t count = 0;
    for (; !json_.take(end); ++count) {
      if (count > 0 && !json_.take(',')) {
        expected(of);
        return std::nullopt;
      }
      if (!encode_one(count)) return std::nullopt;
    }
    return count;
  }

  bool encode_elements(const schema& of) {
    if (!json_.take('[')) return expected(of);
    const auto each = [&](std::uint32_t i) {
      return encode_part("[" + std::to_string(i) + "]", of.parts[0]);
    };
    if (of.kind == schema_kind::sequence) {
      return counted([&] { return encode_list(of, ']', each); });
    }
    const auto count = encode_list(of, ']', each);
    return count && (*count == of.count || expected(of));
  }

  bool encode_members(const schema& of) {
    constexpr std::string_view marker = "base64:";
    if (!json_.take('{')) return expected(of);
    return counted([&] {
      return encode_list(of, '}', [&](std::uint32_t) {
        const auto name = json_.take_string();
        if (!name || !json_.take(':')) return expected(of);
        const auto decoded = name->starts_with(marker)
                                 ? bytes_of_base64(std::string_view{*name}.substr(marker.size()))
                                 : std::nullopt;
        codec<std::string>::encode(decoded ? *decoded : *name, out_);
        return encode_part("[" + *name + "]", of.parts[1]);
      });
    });
  }

  bool encode_entries(const schema& of) {
    if (!json_.take('[')) return expected(of);
    return counted([&] {
      return encode_list(of, ']', [&](std::uint32_t i) {
        const std::string place = "[" + std::to_string(i) + "]";
        return (json_.take('[') || expected(of)) && encode_part(place + "[0]", of.parts[0]) &&
               (json_.take(',') || expected(of)) && encode_part(place + "[1]", of.parts[1]) &&
               (json_.take(']') || expected(of));
      });
    });
  }

  bool encode_optional(const schema& of) {
    const bool is_empty = json_.take_word("null");
    codec<bool>::encode(!is_empty, out_);
    return is_empty || encode(of.parts[0]);
  }

  bool encode_variant(const schema& of) {
    const json_cursor before = json_;
    const std::size_t size = out_.size();
    for (std::size_t i = 0; i < of.parts.size(); ++i) {
      out_ += static_cast<char>(i);
      if (encode(of.parts[i])) return true;
      json_ = before;
      out_.resize(size);
      problem_.clear();
    }
    return expected(of);
  }

  bool encode_message(const schema& of) {
    const auto given = json_.take_value();
    json_cursor inner{given};
    const auto type = inner.take('{') ? take_member(inner, "protobuf") : std::nullopt;
    std::string bytes;
    if (of.messages != nullptr && type != of.names[0]) {
      if (given.empty()) return expected(of);
      auto message = of.messages->encode(given);
      if (!message) return fail(of.names[0] + ": " + message.failure().message);
      bytes = *std::move(message);
    } else {
      const auto digits = type && inner.take(',') ? take_member(inner, "base64") : std::nullopt;
      auto message = digits ? bytes_of_base64(*digits) : std::nullopt;
      if (!message || *type != of.names[0] || !inner.take('}')) {
        return fail("expected {\"protobuf\":\"" + of.names[0] + "\",\"base64\":\"...\"}");
      }
      bytes = *std::move(message);
      const auto shown = of.messages ? of.messages->show(bytes) : shown_message{};
      if (!shown) return fail(shown.failure().message);
    }
    codec<std::string>::encode(bytes, out_);
    return true;
  }

  std::string& out_;
  json_cursor json_;
  std::string path_;
  std::string problem_;
};

}  // namespace

status encode_json(std::string& out, const schema& of, std::string_view json) {
  return json_encoder{out, json}.encode_all(of);
}

}  // namespace weir
