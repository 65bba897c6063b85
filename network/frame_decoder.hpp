// SPDX-License-Identifier: Apache-2.0
// Finds the frames in what a socket delivers, however it is cut into pieces.
//
// Invariants:
//   (1) Memory is at most what was received of the frame being awaited and what follows it, plus
//       64 KiB: a length that somebody claims allocates nothing.
//   (2) A frame is given out only when its header and payload have the right checksums.
//   (3) After an error there is no next frame: the bytes cannot be trusted any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>

#include "network/wire_frame.hpp"

namespace weir {

class frame_decoder {
public:
  static constexpr std::size_t chunk = 64 * 1024;

  // `max_frame`: the largest payload, in bytes.
  explicit frame_decoder(std::uint32_t max_frame) : max_frame_{max_frame} {}

  void set_max_frame(std::uint32_t max_frame) { max_frame_ = max_frame; }

  // Where to put what is received next: between 16 and 64 KiB. Frames given out before are gone.
  std::span<char> room();
  // So many bytes were put there. REQUIRES: at most what the last room() had.
  void on_received(std::size_t count);

  // The next whole frame, if there is one; its payload lives until room() is called.
  result<std::optional<wire_frame>> next();

  // Bytes that this object holds on to.
  std::size_t memory() const noexcept { return capacity_; }

private:
  // std::realloc moves large blocks without copying them.
  struct released {
    void operator()(char* bytes) const noexcept { std::free(bytes); }
  };
  void set_capacity(std::size_t capacity);
  error fail(error why);

  std::uint32_t max_frame_;
  std::unique_ptr<char, released> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;              // Of what has not been given out.
  std::size_t end_ = 0;                // Of what was received.
  std::optional<wire_header> header_;  // Of the frame at begin_.
  std::optional<error> failure_;
};

}  // namespace weir
