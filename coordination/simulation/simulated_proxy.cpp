// SPDX-License-Identifier: Apache-2.0
// The way of a message from process to process; see coordination/simulation/simulated_proxy.hpp.
#include "coordination/simulation/simulated_proxy.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include <caf/all.hpp>
#include <caf/detail/sync_request_bouncer.hpp>

#include "coordination/simulation/simulated_world.hpp"

namespace weir {

simulated_proxy::simulated_proxy(caf::actor_config& config, simulated_world& world,
                                 incarnation viewer, actor_address target, incarnation where,
                                 std::uint64_t connection)
    : caf::actor_proxy{config},
      world_{&world},
      viewer_{viewer},
      target_{target},
      where_{where},
      connection_{connection} {}

void simulated_proxy::kill_proxy(caf::execution_unit* unit, caf::error reason) {
  cleanup(std::move(reason), unit);
}

namespace {

// What the transport has frames of its own for.
bool is_word_of_caf(const caf::message& content) {
  return content.match_elements<caf::exit_msg>() || content.match_elements<caf::down_msg>() ||
         content.match_elements<caf::error>();
}

// A message on its way: bytes, if the world has a codec.
class parcel {
public:
  parcel(const message_codec* codec, const caf::message& content) : content_{content} {
    if (codec == nullptr) return;
    constexpr std::size_t mostly_enough = 120;
    bytes_.reserve(mostly_enough);
    const auto encoded = codec->encode(content, bytes_);
    if (!encoded && is_word_of_caf(content)) return;
    if (!encoded) std::fprintf(stderr, "weir: %s\n", encoded.failure().message.c_str());
    WEIR_ASSERT(encoded.ok());
    codec_ = codec;
    content_ = caf::message{};
  }
  caf::message open() const {
    if (codec_ == nullptr) return content_;
    auto decoded = codec_->decode(bytes_);
    if (!decoded) std::fprintf(stderr, "weir: %s\n", decoded.failure().message.c_str());
    WEIR_ASSERT(decoded.ok());
    return *std::move(decoded);
  }

private:
  const message_codec* codec_ = nullptr;
  std::string bytes_;
  caf::message content_;
};

}  // namespace

void simulated_proxy::enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) {
  // A dead handle never answers; callers use finite timeouts.
  if (getf(caf::abstract_actor::is_terminated_flag)) return;
  const auto id = element->mid;
  const auto sender = element->sender;
  const actor_address from{viewer_.process, sender ? sender->id() : 0};
  const auto& observer = world_->options_.observer;
  const auto carry = [&](const caf::message& content) {
    const auto number = ++world_->observed_;
    if (observer) observer({number, false, viewer_.process, target_, content});
    world_->ship(
        viewer_, where_, connection_,
        [world = world_, target = target_, where = where_, from, id,
         sent = parcel{world_->options_.codec, content}, number, has_sender = bool{sender}] {
          const auto arrived = sent.open();
          if (const auto& looks_on = world->options_.observer) {
            looks_on({number, true, from.process, target, arrived});
          }
          const auto receiver = world->resolve(where, target);
          caf::strong_actor_ptr seen_sender;
          if (has_sender) seen_sender = world->resolve(where, from);
          if (receiver) {
            receiver->enqueue(caf::make_mailbox_element(seen_sender, id, {}, arrived), nullptr);
          } else if (id.is_request()) {
            caf::detail::sync_request_bouncer bounce{caf::exit_reason::remote_link_unreachable};
            bounce(seen_sender, id);
          }
        });
  };
  const auto sent = element->move_content_to_message();
  const auto& tampering = world_->options_.tampering;
  if (!tampering) return carry(sent);
  for (const auto& arriving : tampering(target_, sent)) carry(arriving);
}

}  // namespace weir
