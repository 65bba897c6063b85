// SPDX-License-Identifier: Apache-2.0
// A control group of this host for each test, gone when the test ends; or why there can be none,
// and the test is skipped.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/control_file.hpp"
#include "coordination/control_groups.hpp"

namespace weir {

class real_control_groups {
public:
  real_control_groups() : opened_{open_control_groups(name())} {}
  real_control_groups(const real_control_groups&) = delete;
  real_control_groups& operator=(const real_control_groups&) = delete;
  ~real_control_groups() {
    for (const auto& each : directories()) remove_all(each);
  }

  // Of this test process alone.
  static std::string name() { return "weir-test-of-" + std::to_string(::getpid()); }

  // Why there are none here; empty: there are. Whatever else goes wrong is a failure.
  std::string missing() const {
    if (opened_) return "";
    const auto& cause = opened_.failure();
    const bool is_of_this_host = cause.code == error_code::not_found ||
                                 cause.code == error_code::permission_denied ||
                                 cause.code == error_code::in_use;
    EXPECT_TRUE(is_of_this_host) << cause.message;
    return cause.message;
  }
  // REQUIRES: none are missing, and they have not been taken. Once.
  control_groups take() { return *std::move(opened_); }
  const control_groups& operator*() const { return *opened_; }

  // Of the groups of all.
  static std::vector<std::string> directories() {
    const auto mounts = read_control_group_mounts(*read_control_file("/proc/self/mountinfo"),
                                                  *read_control_file("/proc/self/cgroup"));
    std::vector<std::string> all;
    const bool is_split = mounts.memory && mounts.cpu;
    for (const auto* each : {&mounts.memory, &mounts.cpu}) {
      if (is_split) all.push_back((*each)->root + "/" + name());
    }
    if (!is_split && mounts.unified) all.push_back(mounts.unified->root + "/" + name());
    return all;
  }

private:
  // However deep they are: a failed test has left them.
  static void remove_all(const std::string& directory) {
    std::error_code none;
    std::vector<std::string> below;
    for (const auto& each : std::filesystem::directory_iterator{directory, none}) {
      if (each.is_directory(none)) below.push_back(each.path().string());
    }
    for (const auto& each : below) remove_all(each);
    const auto removed = control_group{directory}.remove();
    EXPECT_TRUE(removed.ok()) << removed.failure().message;
  }

  result<control_groups> opened_;
};

}  // namespace weir
