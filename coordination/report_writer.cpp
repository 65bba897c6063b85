// SPDX-License-Identifier: Apache-2.0
// Lines of errors; see coordination/report_writer.hpp.
#include "coordination/report_writer.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace weir {

std::function<void(const std::string&)> reporter(std::string who, text_writer write) {
  struct last_words {
    std::mutex guard;
    std::string text;
  };
  return [who = std::move(who), write = std::move(write),
          last = std::make_shared<last_words>()](const std::string& message) {
    const std::scoped_lock lock{last->guard};
    if (std::exchange(last->text, message) != message) write(who + ": " + message + "\n");
  };
}

}  // namespace weir
