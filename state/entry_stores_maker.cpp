// SPDX-License-Identifier: Apache-2.0
// The stores that are none; see state/entry_stores_maker.hpp.
#include "state/entry_stores_maker.hpp"

namespace weir {

namespace {

class refusing_stores final : public entry_stores {
public:
  std::string format() const override { return "none"; }

  result<std::unique_ptr<entry_store>> open(const entry_store_settings&, const std::string& name,
                                            const std::vector<store_file>&) override {
    return error{error_code::internal,
                 name +
                     ": this process was started without stores for state; only one that runs "
                     "tasks has them"};
  }
};

}  // namespace

std::unique_ptr<entry_stores> no_stores(file_system&) {
  return std::make_unique<refusing_stores>();
}

}  // namespace weir
