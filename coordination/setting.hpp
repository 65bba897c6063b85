// SPDX-License-Identifier: Apache-2.0
// The settings of a job by their keys: one table that the configuration file, `-D key=value`,
// `--help` and docs/operating.md are all made from. Keys are Flink's where the meaning is the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "api/error.hpp"
#include "api/job_options.hpp"
#include "api/time.hpp"

namespace weir {

struct number_setting {
  std::uint32_t job_options::*field;
  std::uint32_t min;
  std::uint32_t max;
  // A second upper bound that another setting gives, or null. Both bounds are then left to `check`,
  // as the other setting may still change.
  std::uint32_t job_options::*limit = nullptr;
};

struct switch_setting {
  bool job_options::*field;
};

struct duration_setting {
  duration job_options::*field;
  duration min;
  duration max;
};

// A number that need not be there.
struct optional_number_setting {
  std::optional<std::uint64_t> job_options::*field;
  std::uint64_t min;
};

// An amount of memory or of disk, in bytes.
struct size_setting {
  std::uint64_t job_options::*field;
  std::uint64_t min;
  std::uint64_t max;
};

// A number with a fraction.
struct fraction_setting {
  double job_options::*field;
  double min;
  double max;
};

// Text that need not be there: empty in the options is "none" in writing, and the other way round.
struct text_setting {
  std::string job_options::*field;
  std::string_view allowed;  // "none or a directory".
};

// One of the words of an enumeration, which numbers them from 0.
struct choice_setting {
  std::span<const std::string_view> words;
  std::size_t (*get)(const job_options&);
  void (*set)(job_options&, std::size_t);
};

struct setting {
  std::string_view key;
  std::string_view description;  // What it decides, in a few words.
  std::variant<number_setting, switch_setting, duration_setting, optional_number_setting,
               size_setting, fraction_setting, text_setting, choice_setting>
      value;
};

// All settings, those of one topic together.
std::span<const setting> settings();

// Null if there is no such key.
const setting* find_setting(std::string_view key);

// The second half of "unknown key": what was probably meant, or where to look. `quote` goes around
// the key that is proposed.
std::string key_proposal(std::string_view unknown_key, std::string_view quote);

// The values it can have, for a table: "2 to 64", "true or false".
std::string range_text(const setting& which);

// The same in a sentence: "an integer between 2 and 64", "true or false".
std::string allowed_values(const setting& which);

// The setting's value in `options`, as it would be written; "none" for one that is not there.
std::string value_text(const setting& which, const job_options& options);

// Sets the field of `options`. Fails with "'four' is not an integer between 1 and 32768", without
// the key: the caller knows where it was written.
status assign(const setting& which, std::string_view text, job_options& options);

// Whether the options fit together and each is in its range, whoever set them:
// "parallelism 0: must be between 1 and 1024 (pipeline.max-parallelism)". To restore the latest
// checkpoint, a directory must be set in which to look for it.
status check(const job_options& options);

}  // namespace weir
