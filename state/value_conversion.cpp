// SPDX-License-Identifier: Apache-2.0
// One function for each kind of step; see state/value_conversion.hpp.
#include "state/value_conversion.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "api/codec.hpp"

namespace weir {

namespace {

using action = conversion_step::action;

class value_converter {
public:
  value_converter(std::string_view& bytes, std::string& out) : bytes_{bytes}, out_{out} {}

  const error& failure() const { return failure_; }

  bool run(const conversion_step& step) {
    switch (step.what) {
      case action::copy:
        return copy(step, step.size);
      case action::copy_counted:
        return copy_counted(step);
      case action::write:
        out_ += step.text;
        return true;
      case action::widen_unsigned:
        return widen_integer<std::uint64_t>(step, false);
      case action::widen_signed:
        return widen_integer<std::int64_t>(step, true);
      case action::widen_floating:
        return widen_floating(step);
      case action::in_order:
        return run_all(step);
      case action::rearrange:
        return rearrange(step);
      case action::drop:
        return drop(step);
      case action::repeat:
        return repeat(step, step.size);
      case action::repeat_counted:
        return repeat_counted(step);
      case action::optional:
      case action::choose:
        return choose(step);
      case action::step_over:
        return step_over(step);
    }
    return false;
  }

private:
  bool fail(error cause) {
    failure_ = std::move(cause);
    return false;
  }
  bool fail_within(const conversion_step& step) {
    if (!step.text.empty()) failure_ = within(step.text, std::move(failure_));
    return false;
  }
  bool need(const conversion_step& step, std::uint64_t size) {
    if (size <= bytes_.size()) return true;
    return fail(codecs::bytes_missing(step.text, size, bytes_.size()));
  }

  bool copy(const conversion_step& step, std::uint64_t size) {
    if (!need(step, size)) return false;
    out_ += bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }

  bool copy_counted(const conversion_step& step) {
    std::string_view rest = bytes_;
    const auto length = codecs::decode_length(rest, [&] { return step.text; });
    if (!length) return fail(length.failure());
    return copy(step, sizeof(std::uint32_t) + *length);
  }

  // Little-endian; a signed number is filled up with its sign.
  template <class Wide>
  bool widen_integer(const conversion_step& step, bool has_sign) {
    if (!need(step, step.size)) return false;
    std::array<char, sizeof(Wide)> wide{};
    std::memcpy(wide.data(), bytes_.data(), step.size);
    const bool is_negative = has_sign && (static_cast<unsigned char>(bytes_[step.size - 1]) & 0x80);
    if (is_negative) std::memset(wide.data() + step.size, 0xff, wide.size() - step.size);
    out_.append(wide.data(), step.new_size);
    bytes_.remove_prefix(step.size);
    return true;
  }

  bool widen_floating(const conversion_step& step) {
    float narrow = 0;
    if (!need(step, sizeof narrow)) return false;
    codecs::try_decode(narrow, bytes_);
    codec<double>::encode(static_cast<double>(narrow), out_);
    return true;
  }

  bool run_all(const conversion_step& step) {
    for (const conversion_step& part : step.parts) {
      if (!run(part)) return fail_within(step);
    }
    return true;
  }

  bool rearrange(const conversion_step& step) {
    const std::size_t start = out_.size();
    std::vector<std::size_t> ends;
    ends.reserve(step.parts.size());
    for (const conversion_step& part : step.parts) {
      if (!run(part)) return fail_within(step);
      ends.push_back(out_.size());
    }
    std::string arranged;
    for (const std::size_t part : step.order) {
      const std::size_t begin = part == 0 ? start : ends[part - 1];
      arranged.append(out_, begin, ends[part] - begin);
    }
    out_.resize(start);
    out_ += arranged;
    return true;
  }

  bool drop(const conversion_step& step) {
    const std::size_t start = out_.size();
    if (!run(step.parts.front())) return fail_within(step);
    out_.resize(start);
    return true;
  }

  // Every element has at least one byte, so no count leads far beyond the bytes.
  bool repeat(const conversion_step& step, std::uint64_t count) {
    const conversion_step& each = step.parts.front();
    if (each.what == action::copy) {
      std::uint64_t size = 0;
      if (__builtin_mul_overflow(count, each.size, &size)) {
        size = std::numeric_limits<std::uint64_t>::max();
      }
      return copy(step, size);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!run(each)) return fail_within(step);
    }
    return true;
  }

  bool repeat_counted(const conversion_step& step) {
    const auto count = codecs::decode_length(bytes_, [&] { return step.text; });
    if (!count) return fail(count.failure());
    codecs::encode_length(*count, out_);
    return repeat(step, *count);
  }

  bool choose(const conversion_step& step) {
    if (!need(step, 1)) return false;
    const auto mark = static_cast<unsigned char>(bytes_.front());
    const std::size_t end = step.what == action::optional ? 2 : step.parts.size();
    if (mark >= end) return fail(codecs::unknown_mark(step.text, mark));
    out_ += bytes_.front();
    bytes_.remove_prefix(1);
    if (step.what == action::optional) return mark == 0 || run(step.parts.front());
    return run(step.parts[mark]);
  }

  bool step_over(const conversion_step& step) {
    const std::string_view before = bytes_;
    if (const auto taken = step.taker(bytes_); !taken) return fail(taken.failure());
    out_ += before.substr(0, before.size() - bytes_.size());
    return true;
  }

  std::string_view& bytes_;
  std::string& out_;
  error failure_;
};

}  // namespace

conversion_step copy_of(std::uint64_t size, std::string text) {
  conversion_step step;
  step.size = size;
  step.text = std::move(text);
  return step;
}

conversion_step around(action what, conversion_step part, std::string text) {
  conversion_step step;
  step.what = what;
  step.text = std::move(text);
  step.parts.push_back(std::move(part));
  return step;
}

conversion_step in_order(std::vector<conversion_step> parts, std::string text) {
  conversion_step step;
  step.what = action::in_order;
  step.text = std::move(text);
  for (conversion_step& part : parts) {
    const bool joins =
        part.what == action::copy && !step.parts.empty() && step.parts.back().what == action::copy;
    if (joins) {
      step.parts.back().size += part.size;
      step.parts.back().text = step.text;
    } else {
      step.parts.push_back(std::move(part));
    }
  }
  if (step.parts.size() > 1 || step.parts.front().what != action::copy) return step;
  return copy_of(step.parts.front().size, step.text);
}

conversion_step simplified(conversion_step rearranged) {
  // What takes nothing can stand anywhere; the others stand in the order in which they were saved.
  std::size_t next = 0;
  for (const std::size_t part : rearranged.order) {
    if (rearranged.parts[part].what == action::write) continue;
    if (part < next) return rearranged;
    next = part + 1;
  }
  std::vector<conversion_step> parts;
  std::size_t done = 0;
  const auto drop_until = [&](std::size_t end) {
    for (; done < end; ++done) {
      conversion_step& gone = rearranged.parts[done];
      if (gone.what != action::write) parts.push_back(around(action::drop, std::move(gone), ""));
    }
  };
  for (const std::size_t part : rearranged.order) {
    if (rearranged.parts[part].what != action::write) {
      drop_until(part);
      done = part + 1;
    }
    parts.push_back(std::move(rearranged.parts[part]));
  }
  drop_until(rearranged.parts.size());
  return in_order(std::move(parts), std::move(rearranged.text));
}

status convert(const conversion_step& by, std::string_view& bytes, std::string& out) {
  value_converter converter{bytes, out};
  if (converter.run(by)) return {};
  return converter.failure();
}

}  // namespace weir
