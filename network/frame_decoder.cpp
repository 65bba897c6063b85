// SPDX-License-Identifier: Apache-2.0
// The buffer behind network/frame_decoder.hpp: what is not yet a frame moves to its front, and it
// grows by no more than a chunk at a time.
#include "network/frame_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "api/crc32c.hpp"

namespace weir {

void frame_decoder::set_capacity(std::size_t capacity) {
  auto* moved = static_cast<char*>(std::realloc(bytes_.get(), capacity));
  WEIR_ASSERT(moved != nullptr);
  static_cast<void>(bytes_.release());
  bytes_.reset(moved);
  capacity_ = capacity;
}

std::span<char> frame_decoder::room() {
  if (begin_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  // After a large frame its memory is given back; what a few small ones need is kept.
  const bool is_too_large = capacity_ > end_ + chunk && capacity_ > chunk;
  if (is_too_large || capacity_ - end_ < chunk / 4) set_capacity(end_ + chunk);
  return {bytes_.get() + end_, std::min(capacity_ - end_, chunk)};
}

void frame_decoder::on_received(std::size_t count) {
  WEIR_ASSERT(count <= capacity_ - end_);
  end_ += count;
}

error frame_decoder::fail(error why) {
  failure_ = why;
  return why;
}

result<std::optional<wire_frame>> frame_decoder::next() {
  if (failure_) return *failure_;
  const std::string_view all{bytes_.get() + begin_, end_ - begin_};
  if (!header_) {
    if (all.size() < wire_header_size) return std::optional<wire_frame>{};
    auto header = decode_wire_header(all.substr(0, wire_header_size));
    if (!header) return fail(header.failure());
    if (header->length > max_frame_) {
      return fail({error_code::invalid_argument,
                   "read a frame: a " + std::string{to_string(header->kind)} + " of " +
                       std::to_string(header->length) + " bytes is larger than the " +
                       std::to_string(max_frame_) + " that a frame may have: raise the limit, " +
                       "or send smaller batches"});
    }
    header_ = *header;
  }
  if (all.size() - wire_header_size < header_->length) return std::optional<wire_frame>{};
  const auto payload = all.substr(wire_header_size, header_->length);
  if (crc32c(payload) != header_->checksum) {
    return fail({error_code::corrupt_data, "read a frame: checksum mismatch in the payload of a " +
                                               std::string{to_string(header_->kind)} + " of " +
                                               std::to_string(payload.size()) +
                                               " bytes: it was damaged on the way; the " +
                                               "connection ends and a new one is made"});
  }
  const wire_frame whole{header_->kind, payload};
  header_.reset();
  begin_ += wire_header_size + payload.size();
  return std::optional{whole};
}

}  // namespace weir
