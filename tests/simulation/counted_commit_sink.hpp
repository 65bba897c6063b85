// SPDX-License-Identifier: Apache-2.0
// A sink that keeps its lines in the checkpoint and writes them to a file when it commits. Sound,
// the file's name follows from what was prepared, and a second commit writes the same file again;
// otherwise each commit makes a file of its own.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/sink.hpp"

namespace weir {

class counted_commit_writer final : public sink_writer<std::string> {
public:
  counted_commit_writer(sink_context place, bool is_idempotent)
      : place_{std::move(place)}, is_idempotent_{is_idempotent} {}

  status write(batch_of<std::string>& batch) override {
    for (const auto& each : batch.values) lines_ += each + "\n";
    return {};
  }
  // The name, and then what belongs in the file.
  result<std::string> prepare() override {
    if (lines_.empty()) return std::string{};
    return place_.attempt_token + "-" + std::to_string(place_.subtask.value) + "-" +
           std::to_string(++prepared_) + "\n" + std::exchange(lines_, {});
  }
  status commit(const std::string& prepared) override {
    auto& files = *place_.files;
    if (auto made = files.make_directories("/out"); !made) return made;
    const auto end = prepared.find('\n');
    auto name = prepared.substr(0, end);
    if (!is_idempotent_) {
      const auto there = files.list("/out");
      if (!there) return there.failure();
      name += "-" + std::to_string(there->size());
    }
    auto file = files.create("/out/numbers.part-" + name);
    if (!file) return file.failure();
    if (auto written = (*file)->append(prepared.substr(end + 1)); !written) return written;
    if (auto synced = (*file)->sync(); !synced) return synced;
    return (*file)->close();
  }

private:
  sink_context place_;
  bool is_idempotent_;
  std::string lines_;
  int prepared_ = 0;
};

struct counted_commit_sink {
  bool is_idempotent = true;

  std::string name() const { return "counted_commit"; }
  template <class T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context& context) const {
    return std::unique_ptr<sink_writer<T>>{
        std::make_unique<counted_commit_writer>(context, is_idempotent)};
  }
};

}  // namespace weir
