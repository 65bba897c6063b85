// SPDX-License-Identifier: Apache-2.0
// Header, length, checksum, body; and what a body must be to make sense.
#include "state/checkpoint_manifest.hpp"

#include <set>
#include <utility>

#include "api/crc32c.hpp"

namespace weir {

namespace {

struct manifest_frame {
  std::uint32_t length = 0;
  std::uint32_t checksum = 0;
};

error damaged(const std::string& what) {
  return {error_code::corrupt_data, what + ": " + std::string{damage_advice}};
}

error cut_off(const std::string& missing) {
  return {error_code::corrupt_data, missing + " missing at the end: the file was cut off, or was " +
                                        "damaged; restore from another checkpoint"};
}

// The first thing that is wrong with what a checkpoint shares; empty if nothing is.
std::string problem_of_shared(const checkpoint_manifest& manifest) {
  std::set<std::pair<checkpoint_id, std::string_view>> places;
  for (const auto& file : manifest.shared) {
    const auto name = "shared file \"" + to_string(file) + "\"";
    if (file.checkpoint == checkpoint_id{} || manifest.id < file.checkpoint) {
      return name + " is not of an earlier checkpoint";
    }
    if (!stays_inside(file.path)) return name + " is not inside its directory";
    if (!places.emplace(file.checkpoint, file.path).second) return name + " is there twice";
  }
  return {};
}

// The first thing that is wrong with a manifest; empty if nothing is.
std::string problem_of(const checkpoint_manifest& manifest) {
  if (manifest.id == checkpoint_id{}) return "there is no checkpoint 0";
  if (manifest.max_parallelism == 0 || manifest.max_parallelism > highest_max_parallelism) {
    return "a max parallelism of " + std::to_string(manifest.max_parallelism);
  }
  std::set<operator_id> ids;
  for (const auto& each : manifest.operators) {
    if (!ids.insert(each.id).second) return "operator " + each.name + " is there twice";
    if (each.parallelism == 0 || each.parallelism > manifest.max_parallelism) {
      return "operator " + each.name + " has a parallelism of " + std::to_string(each.parallelism);
    }
  }
  std::set<std::string_view> paths;
  for (const auto& file : manifest.files) {
    if (!stays_inside(file.path)) return "file \"" + file.path + "\" is not inside its directory";
    if (!paths.insert(file.path).second) return "file " + file.path + " is there twice";
    for (const auto id : file.operators) {
      if (!ids.contains(id)) return "file " + file.path + " has an operator that the job has not";
    }
  }
  return problem_of_shared(manifest);
}

}  // namespace

std::string encode_manifest(const checkpoint_manifest& manifest) {
  WEIR_ASSERT(problem_of(manifest).empty());
  std::string body;
  codec<checkpoint_manifest>::encode(manifest, body);
  std::string bytes = encode_format_header(manifest_format);
  codecs::encode_length(body.size(), bytes);
  codec<std::uint32_t>::encode(crc32c(body), bytes);
  return bytes + body;
}

result<checkpoint_manifest> decode_manifest(std::string_view bytes) {
  const auto version = decode_format_header(manifest_format, bytes);
  if (!version) return version.failure();
  bytes.remove_prefix(format_header_size);
  manifest_frame frame;
  if (!codecs::try_decode(frame, bytes)) return cut_off("its length");
  if (frame.length > bytes.size()) {
    return cut_off(std::to_string(frame.length - bytes.size()) + " bytes");
  }
  if (frame.length < bytes.size()) {
    return damaged(std::to_string(bytes.size() - frame.length) + " bytes too many at its end");
  }
  if (frame.checksum != crc32c(bytes)) return damaged("checksum mismatch");
  // A body of version 1 is one of version 2 without the list of shared files, and that is one of
  // version 3 without the life.
  std::string body{bytes};
  if (*version < 2) codecs::encode_length(0, body);
  if (*version < 3) codec<std::uint32_t>::encode(0, body);
  bytes = body;
  auto manifest = codec<checkpoint_manifest>::decode(bytes);
  if (!manifest) return damaged(manifest.failure().message);
  if (!bytes.empty()) return damaged(std::to_string(bytes.size()) + " bytes too many");
  if (const auto problem = problem_of(*manifest); !problem.empty()) return damaged(problem);
  return manifest;
}

}  // namespace weir
