// SPDX-License-Identifier: Apache-2.0
// A snapshot in /ck/chk-17, written with a copy in a local backup on another disk.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/copying_files.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {

class backed_up_snapshot : public ::testing::Test {
protected:
  static constexpr std::uint64_t directory = 7;

  void SetUp() override {
    disk_.put("/ck/lock", "");
    disk_.mount("/local");
    backup_ = std::make_shared<local_backup>(disk_, "/local", "job");
  }

  checkpoint_place place() const { return {directory, "/ck"}; }
  std::string path() const { return "/ck/chk-17/task-0.snap"; }
  std::optional<local_copy> copy() const { return backup_->find(*place().file_at(path())); }

  // A whole snapshot of some pieces.
  std::uint64_t write() {
    copying_files files{disk_, backup_, place()};
    auto content = some_content();
    content[1].tables.push_back(
        section("large", counts_schema, {{{32, 64}, 1, std::string(200'000, 'x')}}));
    return write_snapshot(files, path(), some_header(), std::move(content));
  }

  simulated_file_system disk_;
  std::shared_ptr<local_backup> backup_;
};

}  // namespace weir
