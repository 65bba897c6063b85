// SPDX-License-Identifier: Apache-2.0
// The value that makes a set of snapshot files a checkpoint. While a checkpoint has no manifest, it
// does not exist.
//
// The order of the fields is the format (docs/formats/manifest.md): it never changes within a
// version.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/codec.hpp"
#include "api/error.hpp"
#include "api/fields.hpp"
#include "api/ids.hpp"
#include "api/key_group.hpp"
#include "api/time.hpp"
#include "state/format_header.hpp"
#include "state/shared_file.hpp"

namespace weir {

inline constexpr file_format manifest_format{"WEIRMANI", "checkpoint manifest", 3};

struct manifest_operator {
  operator_id id;
  std::string name;  // Its uid, or the name it has without one.
  std::uint32_t parallelism = 1;
  friend bool operator==(const manifest_operator&, const manifest_operator&) = default;
};
WEIR_FIELDS(manifest_operator, id, name, parallelism)

struct manifest_file {
  std::string path;  // From the manifest's directory; stays inside it.
  std::uint64_t bytes = 0;
  std::vector<operator_id> operators;  // Of which it has something.
  friend bool operator==(const manifest_file&, const manifest_file&) = default;
};
WEIR_FIELDS(manifest_file, path, bytes, operators)

struct checkpoint_manifest {
  checkpoint_id id;
  std::string job_name;
  std::uint64_t graph_fingerprint = 0;
  attempt_number attempt;
  processing_time created;
  bool is_savepoint = false;
  std::uint32_t max_parallelism = default_max_parallelism;
  std::vector<manifest_operator> operators;
  std::vector<manifest_file> files;
  // What else it needs: of earlier checkpoints, or in its own directory but no task's snapshot.
  std::vector<shared_file> shared{};
  std::uint32_t life = 0;  // Of the job manager, see api/attempt_token.hpp; 0: not known.
  friend bool operator==(const checkpoint_manifest&, const checkpoint_manifest&) = default;
};
WEIR_FIELDS(checkpoint_manifest, id, job_name, graph_fingerprint, attempt, created, is_savepoint,
            max_parallelism, operators, files, shared, life)

// REQUIRES: the id is not 0; operators are distinct, files have distinct paths inside the
// directory, and their operators are among the manifest's; shared files are distinct, of this
// checkpoint or earlier ones, and inside their directories.
std::string encode_manifest(const checkpoint_manifest& manifest);

// The manifest that `bytes` are, all of them. Errors do not name the file: corrupt_data, or
// invalid_argument if a newer Weir wrote it.
result<checkpoint_manifest> decode_manifest(std::string_view bytes);

}  // namespace weir
