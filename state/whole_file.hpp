// SPDX-License-Identifier: Apache-2.0
// Files that are written, read or copied as a whole. Errors name the path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/file_system.hpp"

namespace weir {

// Durable once it returned. After an error the file may be there, with anything in it.
status write_whole_file(file_system& files, const std::string& path, std::string_view bytes);

// What is more than `most` bytes is no such file as was expected: error_code::corrupt_data.
result<std::string> read_whole_file(file_system& files, const std::string& path,
                                    std::uint64_t most);

// The file of so many bytes once more, durably. One that ends before is error_code::corrupt_data.
status copy_whole_file(file_system& files, const std::string& from, const std::string& to,
                       std::uint64_t bytes);

}  // namespace weir
