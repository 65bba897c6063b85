// SPDX-License-Identifier: Apache-2.0
// The bytes of a value of one type made into the bytes of a value of another: a tree of steps, put
// together once for each table (state/schema_evolution.hpp) and run for each value.
//
// Every step takes its part off the front of what was saved and appends what has become of it. No
// length in what was saved is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"

namespace weir {

struct conversion_step {
  enum class action : std::uint8_t {
    copy,            // `size` bytes.
    copy_counted,    // A length, and so many bytes: strings, messages.
    write,           // Takes nothing, appends `text`.
    widen_unsigned,  // Numbers of `size` bytes, to `new_size`.
    widen_signed,    //
    widen_floating,  // f32 to f64.
    in_order,        // All parts, one after the other.
    rearrange,       // All parts; what they append is put into the order of `order`.
    drop,            // The part, and forgets what it appends.
    repeat,          // The part, `size` times.
    repeat_counted,  // A count, and so many times the part.
    optional,        // A mark, and the part if that is 1.
    choose,          // A mark, and the part of that number: variants.
    step_over,       // What only the program's own codec can take off; as it is.
  };
  action what = action::copy;
  std::uint64_t size = 0;
  std::uint64_t new_size = 0;
  std::string text;  // What `write` appends; else what this is, for messages: "f64", "field fee".
  std::vector<conversion_step> parts;
  std::vector<std::size_t> order;                      // Numbers of parts.
  status (*taker)(std::string_view& bytes) = nullptr;  // Of `step_over`.
};

// So many bytes as they are.
conversion_step copy_of(std::uint64_t size, std::string text);
// A step with one part.
conversion_step around(conversion_step::action what, conversion_step part, std::string text);
// Copies that stand side by side become one. REQUIRES: there are parts.
conversion_step in_order(std::vector<conversion_step> parts, std::string text);
// The same as the `rearrange` that it is given; one that goes through its parts once, if their
// order stays and some are only left out.
conversion_step simplified(conversion_step rearranged);

// Takes one value off the front and appends what becomes of it. After an error both are anything.
status convert(const conversion_step& by, std::string_view& bytes, std::string& out);

}  // namespace weir
