// SPDX-License-Identifier: Apache-2.0
// A manifest is read back exactly, or what is wrong with it is said.
#include "state/checkpoint_manifest.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "api/crc32c.hpp"

namespace weir {
namespace {

const std::string advice =
    ": the file was damaged after it was written; restore from another checkpoint";

checkpoint_manifest some_manifest() {
  checkpoint_manifest manifest;
  manifest.id = checkpoint_id{17};
  manifest.job_name = "word counts";
  manifest.graph_fingerprint = 0xFEDCBA9876543210;
  manifest.attempt = attempt_number{3};
  manifest.created = processing_time{std::chrono::seconds{1'700'000'000}};
  manifest.is_savepoint = true;
  manifest.max_parallelism = 128;
  manifest.operators = {{operator_id{7}, "parse", 1}, {operator_id{8}, "counts", 128}};
  manifest.files = {{"task-0.snap", 100, {operator_id{7}, operator_id{8}}},
                    {"more/task-1.snap", 200, {}}};
  return manifest;
}

std::string message_of(std::string_view bytes) {
  const auto manifest = decode_manifest(bytes);
  EXPECT_FALSE(manifest.ok());
  return manifest ? "" : manifest.failure().message;
}

// The bytes of a manifest that encode_manifest would refuse.
std::string encoded(const std::function<void(checkpoint_manifest&)>& change) {
  auto manifest = some_manifest();
  change(manifest);
  std::string body;
  codec<checkpoint_manifest>::encode(manifest, body);
  std::string bytes = encode_format_header(manifest_format);
  codecs::encode_length(body.size(), bytes);
  codec<std::uint32_t>::encode(crc32c(body), bytes);
  return bytes + body;
}

TEST(CheckpointManifest, IsReadBack) {
  const auto manifest = decode_manifest(encode_manifest(some_manifest()));
  ASSERT_TRUE(manifest) << manifest.failure().message;
  EXPECT_EQ(*manifest, some_manifest());
}

TEST(CheckpointManifest, FindsEveryFlippedBit) {
  const auto bytes = encode_manifest(some_manifest());
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(decode_manifest(flipped)) << bit;
  }
}

TEST(CheckpointManifest, FindsThatItWasCutOffAnywhere) {
  const auto bytes = encode_manifest(some_manifest());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ASSERT_FALSE(decode_manifest(std::string_view{bytes}.substr(0, length))) << length;
  }
}

TEST(CheckpointManifest, SaysWhatIsWrong) {
  const auto bytes = encode_manifest(some_manifest());
  const std::string cut_off =
      " missing at the end: the file was cut off, or was damaged; restore from another checkpoint";
  EXPECT_EQ(message_of(""),
            "the file is empty: the checkpoint manifest was never written or its "
            "bytes were lost; restore from another checkpoint");
  EXPECT_EQ(message_of("<html>"),
            "this is no Weir checkpoint manifest: such a file begins with WEIRMANI");
  EXPECT_EQ(message_of(bytes.substr(0, 20)), "its length" + cut_off);
  EXPECT_EQ(message_of(bytes.substr(0, bytes.size() - 3)), "3 bytes" + cut_off);
  EXPECT_EQ(message_of(bytes + "??"), "2 bytes too many at its end" + advice);
  auto flipped = bytes;
  flipped.back() = static_cast<char>(~flipped.back());
  EXPECT_EQ(message_of(flipped), "checksum mismatch" + advice);
}

TEST(CheckpointManifest, SaysThatANewerWeirWroteIt) {
  const auto bytes = encode_format_header({"WEIRMANI", "checkpoint manifest", 9}) + "whatever";
  const auto manifest = decode_manifest(bytes);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.failure().code, error_code::invalid_argument);
  EXPECT_EQ(manifest.failure().message,
            "was written by a newer Weir (format 9; this one reads up "
            "to 3): use that version or a newer one");
}

TEST(CheckpointManifest, BelievesNothingThatMakesNoSense) {
  const auto expect = [](const std::string& problem, const auto& change) {
    EXPECT_EQ(message_of(encoded(change)), problem + advice);
  };
  using manifest = checkpoint_manifest;
  expect("there is no checkpoint 0", [](manifest& m) { m.id = {}; });
  expect("a max parallelism of 0", [](manifest& m) { m.max_parallelism = 0; });
  expect("operator counts has a parallelism of 129",
         [](manifest& m) { m.operators[1].parallelism = 129; });
  expect("operator counts is there twice", [](manifest& m) { m.operators[1].id = {7}; });
  expect("file task-0.snap is there twice", [](manifest& m) { m.files[1].path = "task-0.snap"; });
  expect("file task-0.snap has an operator that the job has not",
         [](manifest& m) { m.files[0].operators[0] = {9}; });
}

TEST(CheckpointManifest, SharesFilesOfItselfAndOfEarlierCheckpoints) {
  auto manifest = some_manifest();
  manifest.shared = {{manifest.id, "own.sst", 7},
                     {{1}, "task-0.snap", std::uint64_t{1} << 40},
                     {{1}, "more/task-1.snap", 0}};
  const auto read = decode_manifest(encode_manifest(manifest));
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(read->shared, manifest.shared);
}

TEST(CheckpointManifest, BelievesNoSharedFileThatMakesNoSense) {
  const auto expect = [](const std::vector<shared_file>& shared, const std::string& problem) {
    EXPECT_EQ(message_of(encoded([&](checkpoint_manifest& m) { m.shared = shared; })),
              problem + advice);
  };
  const auto next = checkpoint_id{some_manifest().id.value + 1};
  expect({{{0}, "a", 1}}, "shared file \"checkpoint 0: a\" is not of an earlier checkpoint");
  expect({{next, "a", 1}}, "shared file \"checkpoint " + std::to_string(next.value) +
                               ": a\" is not of an earlier checkpoint");
  expect({{{1}, "../a", 1}}, "shared file \"checkpoint 1: ../a\" is not inside its directory");
  expect({{{1}, "a", 1}, {{1}, "a", 2}}, "shared file \"checkpoint 1: a\" is there twice");
}

TEST(CheckpointManifest, StaysInsideItsDirectory) {
  for (const std::string path :
       {"", "/etc/passwd", "..", "../x", "a/../../x", "./x", "a//b", "a/"}) {
    EXPECT_EQ(message_of(encoded([&](checkpoint_manifest& m) { m.files[0].path = path; })),
              "file \"" + path + "\" is not inside its directory" + advice);
  }
}

TEST(CheckpointManifestDeathTest, WritesNothingThatItWouldNotRead) {
  auto manifest = some_manifest();
  manifest.files[0].path = "../x";
  EXPECT_DEATH(static_cast<void>(encode_manifest(manifest)), "broken invariant");
}

}  // namespace
}  // namespace weir
