// SPDX-License-Identifier: Apache-2.0
// The checksums that RFC 3720 gives, and both ways to them against each other.
#include "api/crc32c.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

void expect_checksum(std::string_view bytes, std::uint32_t checksum) {
  EXPECT_EQ(crc32c(bytes), checksum);
  EXPECT_EQ(crc32c_by_table(bytes), checksum);
}

std::string random_bytes(random_numbers& random, std::size_t count) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

TEST(Crc32c, IsWhatRfc3720Says) {
  std::string ascending(32, '\0');
  for (std::size_t i = 0; i < ascending.size(); ++i) ascending[i] = static_cast<char>(i);
  const std::string descending{ascending.rbegin(), ascending.rend()};
  expect_checksum(std::string(32, '\0'), 0x8A9136AA);
  expect_checksum(std::string(32, '\xFF'), 0x62A8AB43);
  expect_checksum(ascending, 0x46DD794E);
  expect_checksum(descending, 0x113FDB5C);
  // An iSCSI SCSI Read (10) command.
  std::string command(48, '\0');
  command[0] = '\x01';
  command[1] = '\xC0';
  command[16] = '\x14';
  command[22] = '\x04';
  command[27] = '\x14';
  command[31] = '\x18';
  command[32] = '\x28';
  command[40] = '\x02';
  expect_checksum(command, 0xD9963A56);
}

TEST(Crc32c, OfTheUsualNineDigits) { expect_checksum("123456789", 0xE3069283); }

TEST(Crc32c, OfNothingIsZero) { expect_checksum("", 0); }

TEST(Crc32c, GoesOnWhereItWas) {
  const std::string text = "write-ahead";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const auto front = std::string_view{text}.substr(0, i);
    const auto back = std::string_view{text}.substr(i);
    EXPECT_EQ(crc32c(back, crc32c(front)), crc32c(text));
    EXPECT_EQ(crc32c_by_table(back, crc32c_by_table(front)), crc32c(text));
  }
}

TEST(Crc32c, IsTheSameByInstructionAndByTable) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE(seed);
    random_numbers random{seed};
    const std::string bytes = random_bytes(random, random.below(3000));
    const auto so_far = static_cast<std::uint32_t>(random.next());
    // At every alignment.
    for (std::size_t skip = 0; skip < 9 && skip <= bytes.size(); ++skip) {
      const auto some = std::string_view{bytes}.substr(skip);
      ASSERT_EQ(crc32c(some, so_far), crc32c_by_table(some, so_far));
    }
  }
}

}  // namespace
}  // namespace weir
