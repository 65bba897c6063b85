// SPDX-License-Identifier: Apache-2.0
// One function for each kind of schema; see state/schema_value.hpp.
#include "state/schema_value.hpp"

#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "api/base64.hpp"
#include "api/codec.hpp"
#include "api/text.hpp"
#include "api/time.hpp"
#include "state/message_type.hpp"

namespace weir {

namespace {

constexpr std::string_view base64_marker = "base64:";

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

// Appends it unless it is not UTF-8; then returns false.
bool try_append_string(std::string& out, std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string json;
  text::append_json_string(json, text);
  // Each byte that is no UTF-8 was replaced.
  if (count_of(json, replacement) != count_of(text, replacement)) return false;
  out += json;
  return true;
}

void append_string(std::string& out, std::string_view text) {
  if (try_append_string(out, text)) return;
  out += "{\"base64\":\"";
  append_base64(out, text);
  out += "\"}";
}

template <class Number>
void append_number(std::string& out, Number number) {
  if constexpr (std::floating_point<Number>) {
    if (std::isnan(number)) {
      out += "\"NaN\"";
      return;
    }
    if (std::isinf(number)) {
      out += number < 0 ? "\"-Infinity\"" : "\"Infinity\"";
      return;
    }
  }
  text::append_number(out, text::widened(number));
}

// Decodes a number of the type that the schema says and calls use(number).
template <class Use>
status with_number(const schema& of, std::string_view& bytes, Use use) {
  const auto decode = [&]<class Number>(std::type_identity<Number>) -> status {
    Number number{};
    if (!codecs::try_decode(number, bytes)) {
      return codecs::bytes_missing(of.text, sizeof number, bytes.size());
    }
    use(number);
    return {};
  };
  const bool is_signed = of.kind == schema_kind::signed_integer;
  if (of.kind == schema_kind::character) return decode(std::type_identity<char>{});
  if (of.kind == schema_kind::floating_point) {
    return of.width == 4 ? decode(std::type_identity<float>{})
                         : decode(std::type_identity<double>{});
  }
  switch (of.width) {
    case 1:
      return is_signed ? decode(std::type_identity<std::int8_t>{})
                       : decode(std::type_identity<std::uint8_t>{});
    case 2:
      return is_signed ? decode(std::type_identity<std::int16_t>{})
                       : decode(std::type_identity<std::uint16_t>{});
    case 4:
      return is_signed ? decode(std::type_identity<std::int32_t>{})
                       : decode(std::type_identity<std::uint32_t>{});
    default:
      return is_signed ? decode(std::type_identity<std::int64_t>{})
                       : decode(std::type_identity<std::uint64_t>{});
  }
}

// As text::append_duration does it for the types.
template <class Number>
std::string time_span(const schema& of, Number count) {
  if constexpr (std::integral<Number>) {
    constexpr std::int64_t microseconds_per_second = 1'000'000;
    const bool is_whole = microseconds_per_second % of.fraction == 0;
    std::int64_t each = 0;
    std::int64_t exact = 0;
    if (is_whole &&
        !__builtin_mul_overflow(of.period, microseconds_per_second / of.fraction, &each) &&
        !__builtin_mul_overflow(count, each, &exact)) {
      return to_string(duration{exact});
    }
  }
  std::string out;
  if (of.period == 1 && of.fraction == 1'000'000'000) {
    text::append_number(out, text::widened(count));
    return out + "ns";
  }
  const auto seconds = static_cast<double>(count) * static_cast<double>(of.period) /
                       static_cast<double>(of.fraction);
  text::append_number(out, seconds);
  return out + "s";
}

class value_writer {
public:
  value_writer(std::string& out, std::string_view& bytes, std::vector<std::string>* problems)
      : out_{out}, bytes_{bytes}, problems_{problems} {}

  status write(const schema& of) {
    switch (of.kind) {
      case schema_kind::nothing:
        return write_mark(of, 1, [&](std::size_t) { out_ += "null"; });
      case schema_kind::boolean:
        return write_mark(of, 2, [&](std::size_t mark) { out_ += mark == 1 ? "true" : "false"; });
      case schema_kind::character:
        return with_number(of, bytes_, [&](auto number) {
          const char c = static_cast<char>(number);
          append_string(out_, {&c, 1});
        });
      case schema_kind::unsigned_integer:
      case schema_kind::signed_integer:
      case schema_kind::floating_point:
        return with_number(of, bytes_, [&](auto number) { append_number(out_, number); });
      case schema_kind::enumeration:
        return write_enumeration(of.parts[0]);
      case schema_kind::string:
        return write_bytes(of, [&](std::string_view text) { append_string(out_, text); });
      case schema_kind::time:
        return write_time(of);
      case schema_kind::time_span:
        return with_number(of.parts[0], bytes_, [&](auto count) {
          text::append_json_string(out_, time_span(of, count));
        });
      case schema_kind::record:
      case schema_kind::tuple:
        return write_parts(of);
      case schema_kind::array:
        return write_elements(of, of.count);
      case schema_kind::sequence:
        return write_sequence(of);
      case schema_kind::mapping:
        return write_mapping(of);
      case schema_kind::optional:
        return write_optional(of);
      case schema_kind::variant:
        return write_variant(of);
      case schema_kind::message:
        return write_message(of);
      case schema_kind::foreign:
        break;
    }
    return error{error_code::invalid_argument,
                 "decode " + of.text + ": only the program that wrote it knows this encoding"};
  }

private:
  // One byte that is less than `end`.
  template <class Use>
  status write_mark(const schema& of, std::size_t end, Use use) {
    if (bytes_.empty()) return codecs::bytes_missing(of.text, 1, 0);
    const auto mark = static_cast<unsigned char>(bytes_.front());
    if (mark >= end) return codecs::unknown_mark(of.text, mark);
    bytes_.remove_prefix(1);
    use(mark);
    return {};
  }

  template <class Use>
  status write_bytes(const schema& of, Use use) {
    const auto length = codecs::decode_length(bytes_, [&] { return of.text; });
    if (!length) return length.failure();
    use(bytes_.substr(0, *length));
    bytes_.remove_prefix(*length);
    return {};
  }

  status write_enumeration(const schema& integer) {
    if (integer.kind == schema_kind::boolean) {
      return write_mark(integer, 2, [&](std::size_t mark) { out_ += mark == 1 ? '1' : '0'; });
    }
    return with_number(integer, bytes_, [&](auto number) { append_number(out_, number); });
  }

  status write_time(const schema& of) {
    event_time time;
    if (!codecs::try_decode(time, bytes_)) {
      return codecs::bytes_missing(of.text, sizeof(duration::rep), bytes_.size());
    }
    text::append_json_string(out_, to_string(time));
    return {};
  }

  status write_parts(const schema& of) {
    const bool has_names = of.kind == schema_kind::record;
    out_ += has_names ? '{' : '[';
    for (std::size_t i = 0; i < of.parts.size(); ++i) {
      if (i > 0) out_ += ',';
      if (has_names) {
        text::append_json_string(out_, of.names[i]);
        out_ += ':';
      }
      if (const auto written = write(of.parts[i]); !written) {
        const auto part = has_names ? "field " + of.names[i] : "part " + std::to_string(i + 1);
        return within(part, written.failure());
      }
    }
    out_ += has_names ? '}' : ']';
    return {};
  }

  // An element has at least one byte, so no count leads far beyond the bytes.
  status write_elements(const schema& of, std::uint64_t count) {
    out_ += '[';
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) out_ += ',';
      if (const auto written = write(of.parts[0]); !written) {
        return within("decode " + of.text, written.failure());
      }
    }
    out_ += ']';
    return {};
  }

  status write_sequence(const schema& of) {
    const auto count = codecs::decode_length(bytes_, [&] { return of.text; });
    if (!count) return count.failure();
    return write_elements(of, *count);
  }

  status write_mapping(const schema& of) {
    const auto count = codecs::decode_length(bytes_, [&] { return of.text; });
    if (!count) return count.failure();
    const bool is_object = of.parts[0].kind == schema_kind::string;
    out_ += is_object ? '{' : '[';
    for (std::size_t i = 0; i < *count; ++i) {
      if (i > 0) out_ += ',';
      auto written = is_object ? write_member(of) : write_parts_of_entry(of);
      if (!written) return within("decode " + of.text, written.failure());
    }
    out_ += is_object ? '}' : ']';
    return {};
  }

  status write_member(const schema& of) {
    auto name = write_bytes(of.parts[0], [&](std::string_view text) {
      if (try_append_string(out_, text)) return;
      out_.append("\"").append(base64_marker);
      append_base64(out_, text);
      out_ += '"';
    });
    if (!name) return name;
    out_ += ':';
    return write(of.parts[1]);
  }

  status write_parts_of_entry(const schema& of) {
    out_ += '[';
    if (auto key = write(of.parts[0]); !key) return key;
    out_ += ',';
    if (auto value = write(of.parts[1]); !value) return value;
    out_ += ']';
    return {};
  }

  status write_optional(const schema& of) {
    bool is_there = false;
    auto mark = write_mark(of, 2, [&](std::size_t given) { is_there = given == 1; });
    if (!mark) return mark;
    if (is_there) return write(of.parts[0]);
    out_ += "null";
    return {};
  }

  status write_variant(const schema& of) {
    std::size_t held = 0;
    auto mark = write_mark(of, of.parts.size(), [&](std::size_t given) { held = given; });
    if (!mark) return mark;
    return write(of.parts[held]);
  }

  status write_message(const schema& of) {
    status outcome;
    auto taken = write_bytes(of, [&](std::string_view message) {
      if (of.messages == nullptr) {
        write_as_bytes(of, message);
        out_ += '}';
        return;
      }
      const auto shown = of.messages->show(message);
      if (shown) {
        write_shown(of, message, *shown);
      } else {
        outcome = within("decode " + of.text, shown.failure());
      }
    });
    return taken ? outcome : taken;
  }

  void write_as_bytes(const schema& of, std::string_view message) {
    out_ += "{\"protobuf\":";
    text::append_json_string(out_, of.names[0]);
    out_ += ",\"base64\":\"";
    append_base64(out_, message);
    out_ += '"';
  }

  void write_shown(const schema& of, std::string_view message, const shown_message& shown) {
    if (shown.problem.empty()) {
      out_ += shown.json;
      return;
    }
    write_as_bytes(of, message);
    out_ += ",\"problem\":";
    text::append_json_string(out_, shown.problem);
    if (!shown.json.empty()) out_.append(",\"known\":").append(shown.json);
    out_ += '}';
    if (problems_ != nullptr) problems_->push_back(of.names[0] + ": " + shown.problem);
  }

  std::string& out_;
  std::string_view& bytes_;
  std::vector<std::string>* problems_;
};

}  // namespace

status append_value(std::string& out, const schema& of, std::string_view& bytes) {
  return value_writer{out, bytes, nullptr}.write(of);
}

status append_value(std::string& out, const schema& of, std::string_view& bytes,
                    std::vector<std::string>& problems) {
  return value_writer{out, bytes, &problems}.write(of);
}

}  // namespace weir
