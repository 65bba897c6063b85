// SPDX-License-Identifier: Apache-2.0
// The files that one subtask of a file sink writes, one after the other
// (connectors/pending_file.hpp tells the life of each).
//
// Without checkpoints it is one file, made at once and committed when the job has finished:
//
//   <path>.part-<i>-of-<n>.in-progress    -> <path>, for several subtasks <path>.part-<i>-of-<n>
//
// With checkpoints each ends a file, and the next record begins another:
//
//   <path>.part-<i>.<attempt>-<k>.in-progress    -> <path>.part-<i>-<attempt>-<k>
//
// No two attempts share a name. So what a writer of an older attempt still writes, long after its
// job went on without it, never meets the new one's files, and since no checkpoint knows of it, it
// is never committed; the next recovery removes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/sink.hpp"
#include "api/time.hpp"
#include "connectors/pending_file.hpp"

namespace weir {

// How a sink's files are made, whatever they contain.
struct part_file_options {
  std::string path;
  std::string header{};  // The first bytes of every file.
  // With checkpoints: a file that has become this large is ended before its checkpoint, and so is
  // one that was begun this long ago, or to which nothing was written for this long.
  std::optional<std::uint64_t> roll_at{};
  std::optional<duration> rollover_interval{};
  std::optional<duration> inactivity_interval{};
};

class part_files {
public:
  // Makes missing directories on the way to the path. Errors: the path, or without checkpoints the
  // name of the part, is a directory; the attempt's token cannot be part of a name; an interval
  // that is no time; the disk's.
  static result<part_files> open(const sink_context& context, part_file_options options);

  // Ends a file whose time has come. See sink_writer.
  status on_time(processing_time now);
  std::optional<processing_time> next_timer() const;
  // After an error, only `abandon` is allowed.
  status append(std::string_view bytes);
  // The contract of sink_writer.
  result<std::string> prepare();
  status commit(const std::string& prepared);
  status recover(const std::vector<std::string>& prepared);
  void abandon();

private:
  part_files(const sink_context& context, part_file_options options);

  pending_names names_of_next() const;
  status begin_file();
  status end_file();
  // Whether `name`, of a file in the same directory, is that of unfinished output of others.
  bool is_left_behind(std::string_view name) const;

  sink_context context_;
  part_file_options options_;
  std::uint64_t begun_ = 0;  // How many files.
  processing_time now_{};
  processing_time began_at_{};    // The current one.
  processing_time written_at_{};  // The last time.
  std::optional<pending_file> current_;
  std::vector<pending_file> ended_;  // Complete, and in no `prepare` yet, or without checkpoints.
};

}  // namespace weir
