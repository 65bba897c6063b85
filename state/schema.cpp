// SPDX-License-Identifier: Apache-2.0
// A parser by recursive descent: one function for each shape that a schema can have.
#include "state/schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "api/schema_text.hpp"

namespace weir {

namespace {

struct scalar {
  std::string_view word;
  schema_kind kind;
  std::size_t width;
};

constexpr std::array scalars{
    scalar{"nothing", schema_kind::nothing, 1},
    scalar{"bool", schema_kind::boolean, 1},
    scalar{"char", schema_kind::character, 1},
    scalar{"u8", schema_kind::unsigned_integer, 1},
    scalar{"u16", schema_kind::unsigned_integer, 2},
    scalar{"u32", schema_kind::unsigned_integer, 4},
    scalar{"u64", schema_kind::unsigned_integer, 8},
    scalar{"i8", schema_kind::signed_integer, 1},
    scalar{"i16", schema_kind::signed_integer, 2},
    scalar{"i32", schema_kind::signed_integer, 4},
    scalar{"i64", schema_kind::signed_integer, 8},
    scalar{"f32", schema_kind::floating_point, 4},
    scalar{"f64", schema_kind::floating_point, 8},
    scalar{"string", schema_kind::string, 0},
    scalar{"event_time", schema_kind::time, 8},
    scalar{"processing_time", schema_kind::time, 8},
};

// What has schemas inside, and how many of them.
struct shape {
  std::string_view opening;
  schema_kind kind;
  std::size_t least;
  std::size_t most;
};

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();
constexpr std::array shapes{
    shape{"pair{", schema_kind::tuple, 2, 2},
    shape{"tuple{", schema_kind::tuple, 1, any_number},
    shape{"struct{", schema_kind::record, 1, any_number},
    shape{"enum{", schema_kind::enumeration, 1, 1},
    shape{"vector<", schema_kind::sequence, 1, 1},
    shape{"set<", schema_kind::sequence, 1, 1},
    shape{"optional<", schema_kind::optional, 1, 1},
    shape{"map<", schema_kind::mapping, 2, 2},
    shape{"variant<", schema_kind::variant, 1, 256},
};

bool is_letter(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '_';
}

bool is_number(const schema& of) {
  return of.kind == schema_kind::character || of.kind == schema_kind::unsigned_integer ||
         of.kind == schema_kind::signed_integer || of.kind == schema_kind::floating_point;
}

bool is_integer(const schema& of) {
  return of.kind == schema_kind::boolean ||
         (is_number(of) && of.kind != schema_kind::floating_point);
}

// Reads from left to right; after the first problem it reads no further.
class schema_reader {
public:
  explicit schema_reader(std::string_view text) : text_{text} {}

  result<schema> read_all() {
    schema whole = read(0);
    if (problem_.empty() && next_ < text_.size()) complain("nothing more");
    if (problem_.empty()) return whole;
    // As people see it, counted there.
    const auto read_so_far = without_descriptors(text_.substr(0, next_));
    return error{error_code::invalid_argument,
                 "schema '" + without_descriptors(text_) + "': character " +
                     std::to_string(read_so_far.size() + 1) + ": " + problem_};
  }

private:
  bool failed() const { return !problem_.empty(); }
  std::string_view rest() const { return text_.substr(next_); }
  bool is_next(char c) const { return next_ < text_.size() && text_[next_] == c; }

  void complain(std::string_view expected) {
    if (!failed()) problem_ = "expected " + std::string{expected};
  }
  bool skip(std::string_view expected) {
    if (failed() || !rest().starts_with(expected)) return false;
    next_ += expected.size();
    return true;
  }
  void expect(char c) {
    if (!skip({&c, 1})) complain(std::string{'\''} + c + "'");
  }

  std::string_view word_ahead() const {
    const auto ahead = rest();
    const auto end = std::find_if_not(ahead.begin(), ahead.end(), is_letter);
    return ahead.substr(0, static_cast<std::size_t>(end - ahead.begin()));
  }

  schema read(std::size_t depth) {
    schema of;
    if (failed()) return of;
    if (depth == deepest_schema) {
      problem_ = "more than " + std::to_string(deepest_schema) + " schemas inside one another";
      return of;
    }
    const std::size_t begin = next_;
    if (!read_scalar(of) && !read_shape(of, depth)) {
      if (skip("array<")) {
        read_array(of, depth);
      } else if (skip("duration{")) {
        read_time_span(of, depth);
      } else if (skip("protobuf{")) {
        read_message(of);
      } else {
        read_foreign();
      }
    }
    of.text = without_descriptors(text_.substr(begin, next_ - begin));
    return of;
  }

  bool read_scalar(schema& of) {
    const auto word = word_ahead();
    const auto after = rest().substr(word.size());
    if (!after.empty() && std::string_view{",}>*"}.find(after.front()) == std::string_view::npos) {
      return false;
    }
    const auto known = std::find_if(scalars.begin(), scalars.end(),
                                    [&](const scalar& each) { return each.word == word; });
    if (known == scalars.end()) return false;
    of.kind = known->kind;
    of.width = known->width;
    return skip(word);
  }

  bool read_shape(schema& of, std::size_t depth) {
    const auto known = std::find_if(shapes.begin(), shapes.end(), [&](const shape& each) {
      return rest().starts_with(each.opening);
    });
    if (known == shapes.end()) return false;
    skip(known->opening);
    of.kind = known->kind;
    const bool has_fields = of.kind == schema_kind::record;
    do {
      if (has_fields) read_field_name(of);
      of.parts.push_back(read(depth + 1));
    } while (of.parts.size() < known->most && skip(","));
    if (!failed() && of.parts.size() < known->least) complain("','");
    if (of.kind == schema_kind::enumeration && !failed() && !is_integer(of.parts[0])) {
      complain("an integer before");
    }
    if (has_fields && of.names.empty()) of.kind = schema_kind::tuple;
    if (!failed() && !of.names.empty() && of.names.size() != of.parts.size()) {
      complain("a name for every field before, or for none");
    }
    expect(known->opening.back() == '{' ? '}' : '>');
    return true;
  }

  // "price:", but not the beginning of "shop::money".
  void read_field_name(schema& of) {
    const auto name = word_ahead();
    const auto after = rest().substr(name.size());
    if (failed() || name.empty() || !after.starts_with(':') || after.starts_with("::")) return;
    of.names.emplace_back(name);
    next_ += name.size() + 1;
  }

  void read_array(schema& of, std::size_t depth) {
    of.kind = schema_kind::array;
    of.parts.push_back(read(depth + 1));
    expect(',');
    const auto count = read_number();
    if (!failed() && !count) complain("a number from 1");
    of.count = static_cast<std::uint64_t>(count.value_or(1));
    expect('>');
  }

  void read_time_span(schema& of, std::size_t depth) {
    of.kind = schema_kind::time_span;
    of.parts.push_back(read(depth + 1));
    if (!failed() && !is_number(of.parts[0])) complain("a number before");
    expect('*');
    const bool is_fine = skip("ns") || skip("us") || skip("ms");
    if (is_fine) {
      const char unit = text_[next_ - 2];
      of.fraction = unit == 'n' ? 1'000'000'000 : unit == 'u' ? 1'000'000 : 1'000;
    } else {
      of.period = read_number().value_or(1);
      if (skip("/")) of.fraction = read_number().value_or(0);
      if (!failed() && of.fraction == 0) complain("a number from 1");
      expect('s');
    }
    expect('}');
  }

  void read_message(schema& of) {
    of.kind = schema_kind::message;
    const auto inside = rest().substr(0, rest().find('}'));
    const auto parts = message_parts(inside);
    of.names.emplace_back(parts.name);
    of.descriptors = parts.descriptors;
    next_ += inside.size();
    expect('}');
  }

  // Everything up to what ends a part, which may be inside brackets of its own.
  void read_foreign() {
    const std::size_t begin = next_;
    std::size_t depth = 0;
    for (; next_ < text_.size(); ++next_) {
      const char c = text_[next_];
      const bool closes = c == '}' || c == '>';
      if (depth == 0 && (closes || c == ',')) break;
      if (c == '{' || c == '<') ++depth;
      if (closes) --depth;
    }
    if (depth > 0) complain("the end of a bracket");
    if (next_ == begin) complain("a type");
  }

  // From 1.
  std::optional<std::int64_t> read_number() {
    const auto digits = word_ahead();
    std::int64_t number = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failed() || problem != std::errc{} || number < 1) return {};
    next_ += static_cast<std::size_t>(end - digits.data());
    return number;
  }

  std::string_view text_;
  std::size_t next_ = 0;
  std::string problem_;
};

}  // namespace

result<schema> parse_schema(std::string_view text) { return schema_reader{text}.read_all(); }

const schema* foreign_part(const schema& of) {
  if (of.kind == schema_kind::foreign) return &of;
  for (const schema& part : of.parts) {
    if (const schema* found = foreign_part(part)) return found;
  }
  return nullptr;
}

}  // namespace weir
