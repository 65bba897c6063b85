// SPDX-License-Identifier: Apache-2.0
// The type of a stream's records, as far as it is known at run time: enough to compare the ends of
// an edge, to make batches, and to send them to another process. Made by `element_type_of<T>()`
// (api/batch_codec.hpp).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>

#include "api/error.hpp"
#include "api/record_batch.hpp"

namespace weir {

class element_type {
public:
  struct operations {
    const std::type_info* type;
    std::unique_ptr<record_batch> (*make_batch)();
    // Null, like `decode`, if the type has no codec.
    void (*encode)(const record_batch& batch, std::string& out);
    status (*decode)(std::string_view& bytes, record_batch& batch);
  };

  // REQUIRES: `known` lives as long as the program.
  explicit element_type(const operations& known) : known_{&known} {}

  std::type_index type() const noexcept { return *known_->type; }
  // An empty batch, with room for a full one.
  std::unique_ptr<record_batch> make_batch() const { return known_->make_batch(); }

  // Whether records can leave their process. If not, they serve all the same within one.
  bool can_travel() const noexcept { return known_->encode != nullptr; }
  // Appends the records of `batch` and their times.
  // REQUIRES (both): can_travel(), and `batch` has this type.
  void encode(const record_batch& batch, std::string& out) const { known_->encode(batch, out); }
  // Takes what `encode` has appended off the front, and adds it to `batch`. Fails on anything else,
  // with both arguments changed.
  status decode(std::string_view& bytes, record_batch& batch) const {
    return known_->decode(bytes, batch);
  }

  friend bool operator==(const element_type& a, const element_type& b) noexcept {
    return *a.known_->type == *b.known_->type;
  }

private:
  const operations* known_;
};

}  // namespace weir
