// SPDX-License-Identifier: Apache-2.0
// What the processes of a test report, from any thread, for the test to wait for.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir {

class heard_reports {
public:
  // Whoever reports through it may outlive this.
  std::function<void(const std::string&)> reporter() const {
    return [kept = kept_](const std::string& what) {
      const std::scoped_lock lock{kept->guard};
      kept->reports.push_back(what);
      kept->came.notify_all();
    };
  }

  // How many have that part in them.
  std::ptrdiff_t count(const std::string& part) const {
    const std::scoped_lock lock{kept_->guard};
    return kept_->count(part);
  }
  bool has(const std::string& part) const { return count(part) > 0; }
  // Waits for one; the test fails if none has come within a minute.
  void wait_for(const std::string& part) const {
    std::unique_lock lock{kept_->guard};
    EXPECT_TRUE(
        kept_->came.wait_for(lock, std::chrono::minutes{1}, [&] { return kept_->count(part) > 0; }))
        << "nobody has reported '" << part << "'";
  }

private:
  struct kept_reports {
    std::ptrdiff_t count(const std::string& part) const {
      return std::count_if(reports.begin(), reports.end(), [&](const std::string& each) {
        return each.find(part) != std::string::npos;
      });
    }

    std::mutex guard;
    std::condition_variable came;
    std::vector<std::string> reports;
  };

  std::shared_ptr<kept_reports> kept_ = std::make_shared<kept_reports>();
};

}  // namespace weir
