// SPDX-License-Identifier: Apache-2.0
// The handlers behind actors/engine_actor.hpp. In CAF 0.17 the text of an error travels as its
// context message.
#include "actors/engine_actor.hpp"

#include <utility>

#include <caf/all.hpp>

namespace weir {

namespace {

caf::error to_exit_reason(const error& cause) {
  return caf::make_error(caf::sec::runtime_error, static_cast<std::uint8_t>(cause.code),
                         cause.message);
}

error from_exit_reason(caf::actor_system& system, const caf::error& reason) {
  const auto& context = reason.context();
  if (context.match_elements<std::uint8_t, std::string>()) {
    return {static_cast<error_code>(context.get_as<std::uint8_t>(0)),
            context.get_as<std::string>(1)};
  }
  if (reason == caf::exit_reason::user_shutdown) {
    return {error_code::internal, "it was told to end from outside"};
  }
  if (reason == caf::exit_reason::remote_link_unreachable) {
    return {error_code::internal, "its process cannot be reached any more"};
  }
  return {error_code::internal, "it ended unexpectedly: " + system.render(reason)};
}

}  // namespace

engine_actor::engine_actor(caf::actor_config& config, runtime& world)
    : caf::event_based_actor{config}, world_{&world} {
  set_default_handler(
      [this](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
        ++unexpected_messages_;
        if (current_message_id().is_request()) return caf::sec::unexpected_message;
        return caf::message{};
      });
  set_error_handler([](caf::scheduled_actor*, caf::error&) {});
  set_down_handler([this](caf::scheduled_actor*, caf::down_msg& down) {
    if (down.reason == caf::exit_reason::remote_link_unreachable) {
      return on_unreachable(down.source, from_exit_reason(system(), down.reason));
    }
    const bool finished = !down.reason || down.reason == caf::exit_reason::normal;
    on_child_ended(down.source, finished,
                   finished ? error{} : from_exit_reason(system(), down.reason));
  });
  set_exit_handler([this](caf::scheduled_actor*, caf::exit_msg& ended) {
    // Links work both ways. The end of a child is for `on_child_ended` to judge; only the parent,
    // or somebody outside of the tree, may end this actor. An anonymous exit names its receiver.
    if (ended.source == address() || ended.source == parent_) {
      quit(caf::exit_reason::user_shutdown);
    }
  });
  set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& thrown) -> caf::error {
    std::string text = "an engine actor threw something that is not a std::exception";
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
      text = std::string{"an engine actor threw: "} + exception.what();
    } catch (...) {
    }
    return to_exit_reason({error_code::internal, std::move(text)});
  });
}

void engine_actor::obey(const caf::actor& parent) {
  parent_ = parent.address();
  link_to(parent);
}

void engine_actor::on_child_ended(const caf::actor_addr&, bool, error) {}

void engine_actor::on_unreachable(const caf::actor_addr& actor, error cause) {
  on_child_ended(actor, false, std::move(cause));
}

void engine_actor::fail(const error& cause) { quit(to_exit_reason(cause)); }

}  // namespace weir
