// SPDX-License-Identifier: Apache-2.0
// Reads JSON (RFC 8259) from left to right, piece by piece, for whoever knows what must come next.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

class json_cursor {
public:
  // `text` outlives the cursor.
  explicit json_cursor(std::string_view text) : text_{text} {}

  // The next character that is no blank; '\0' at the end.
  char ahead();
  // Takes it, if it is `c`.
  bool take(char c);
  bool take_word(std::string_view word);  // null, true, false.
  bool at_end() { return ahead() == '\0' && next_ >= text_.size(); }
  // From 1, for messages.
  std::size_t place() const { return next_ + 1; }

  // A string without its quotes and escapes; an error says what is wrong with it.
  result<std::string> take_string();
  // The characters of a number, which may be none.
  std::string_view take_number();
  // All of a value, whatever it is; empty if there is none. Only its brackets and strings are
  // looked at.
  std::string_view take_value();

private:
  bool take_escape(std::string& out);
  std::optional<unsigned> take_hex();

  std::string_view text_;
  std::size_t next_ = 0;
};

}  // namespace weir
