// SPDX-License-Identifier: Apache-2.0
// Demangling, and the few replacements that make standard types readable.
#include "api/type_name.hpp"

#include <cstdlib>
#include <cxxabi.h>
#include <string_view>

namespace weir {

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace

std::string type_name(std::type_index type) {
  int outcome = 0;
  char* const demangled = abi::__cxa_demangle(type.name(), nullptr, nullptr, &outcome);
  std::string name = outcome == 0 ? demangled : type.name();
  std::free(demangled);
  replace_all(name, "(anonymous namespace)::", "");
  replace_all(name, "std::__cxx11::", "std::");
  replace_all(name, "std::basic_string<char, std::char_traits<char>, std::allocator<char> >",
              "std::string");
  replace_all(name, " >", ">");
  return name;
}

}  // namespace weir
