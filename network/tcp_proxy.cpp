// SPDX-License-Identifier: Apache-2.0
// The way of a message out of its process; see network/tcp_proxy.hpp.
#include "network/tcp_proxy.hpp"

#include <utility>

#include <caf/all.hpp>
#include <caf/default_attachable.hpp>

#include "network/actor_frames.hpp"

namespace weir {

tcp_proxy::tcp_proxy(caf::actor_config& config, std::shared_ptr<const tcp_proxy_terms> terms,
                     actor_address target, std::shared_ptr<tcp_connection> connection)
    : caf::actor_proxy{config},
      terms_{std::move(terms)},
      target_{target},
      connection_{std::move(connection)} {}

void tcp_proxy::kill_proxy(caf::execution_unit* unit, caf::error reason) {
  cleanup(std::move(reason), unit);
}

actor_address tcp_proxy::address_of(const caf::strong_actor_ptr& actor) const {
  if (!actor) return {terms_->self, 0};
  if (const auto* far = dynamic_cast<const tcp_proxy*>(actor->get())) return far->target();
  return {terms_->self, terms_->published->publish(actor)};
}

void tcp_proxy::enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) {
  // A dead handle never answers; callers use finite timeouts.
  if (getf(caf::abstract_actor::is_terminated_flag)) return;
  const auto content = element->move_content_to_message();
  if (content.match_elements<caf::exit_msg>()) {
    send_exit(content.get_as<caf::exit_msg>(0));
  } else if (element->mid.is_response() && content.match_elements<caf::error>()) {
    const request_bounced answer{.target = target_.actor,
                                 .id = element->mid.integer_value(),
                                 .reason = to_wire(content.get_as<caf::error>(0))};
    static_cast<void>(connection_->send(encode_frame(answer)));
  } else {
    send_message(*element, content);
  }
}

result<std::string> tcp_proxy::encode(const caf::mailbox_element& element,
                                      const caf::message& content) const {
  const auto sender = address_of(element.sender);
  const message_head head{.target = target_.actor,
                          .sender_process = sender.process.value,
                          .sender = sender.actor,
                          .id = element.mid.integer_value()};
  std::string frame;
  const auto begin = begin_wire_frame(frame);
  encode_head(head, frame);
  if (auto encoded = terms_->codec->encode(content, frame); !encoded) return encoded.failure();
  const auto length = frame.size() - wire_header_size;
  if (length > terms_->max_frame) {
    return error{error_code::invalid_argument,
                 "its " + std::to_string(length) + " bytes are more than the " +
                     std::to_string(terms_->max_frame) + " that a frame may have: raise the " +
                     "limit in all processes, or send smaller batches"};
  }
  end_wire_frame(wire_kind::message, begin, frame);
  return frame;
}

void tcp_proxy::send_message(const caf::mailbox_element& element, const caf::message& content) {
  auto frame = encode(element, content);
  if (!frame) {
    return on_not_sent(element, within("send a message to actor " + std::to_string(target_.actor) +
                                           " of process " + std::to_string(target_.process.value),
                                       frame.failure()));
  }
  // If that fails, the connection ends, and with it this proxy.
  static_cast<void>(connection_->send(std::move(*frame)));
}

void tcp_proxy::on_not_sent(const caf::mailbox_element& element, const error& why) {
  terms_->report(why);
  auto reason =
      caf::make_error(caf::sec::runtime_error, static_cast<std::uint8_t>(why.code), why.message);
  // For whoever watches, it is the way that is lost: the actor itself has not ended, and will not
  // say that it has.
  if (!element.mid.is_request()) {
    const auto lost = caf::make_error(caf::exit_reason::remote_link_unreachable);
    return kill_proxy(nullptr, caf::error{lost.code(), lost.category(), reason.context()});
  }
  if (!element.sender) return;
  element.sender->enqueue(caf::make_mailbox_element(nullptr, element.mid.response_id(), {},
                                                    caf::make_message(std::move(reason))),
                          nullptr);
}

void tcp_proxy::send_exit(const caf::exit_msg& told) {
  const auto source = caf::actor_cast<caf::strong_actor_ptr>(told.source);
  if (is_end_of_linked(source)) return;
  const auto address = address_of(source);
  const exit_requested request{.target = target_.actor,
                               .source_process = address.process.value,
                               .source = address.actor,
                               .reason = to_wire(told.reason)};
  static_cast<void>(connection_->send(encode_frame(request)));
}

// That the other process learns as it watches the linked actor; here, too, it would be told twice.
bool tcp_proxy::is_end_of_linked(const caf::strong_actor_ptr& source) {
  if (!source || !source->get()->getf(caf::abstract_actor::is_terminated_flag)) return false;
  const std::scoped_lock lock{guard_};
  return linked_.erase(source->id()) > 0;
}

bool tcp_proxy::add_backlink(caf::abstract_actor* linked) {
  if (!caf::actor_proxy::add_backlink(linked)) return false;
  {
    const std::scoped_lock lock{guard_};
    linked_.insert(linked->id());
  }
  tell_of_link(wire_kind::link, linked);
  return true;
}

bool tcp_proxy::remove_backlink(caf::abstract_actor* linked) {
  if (!caf::actor_proxy::remove_backlink(linked)) return false;
  {
    const std::scoped_lock lock{guard_};
    linked_.erase(linked->id());
  }
  tell_of_link(wire_kind::unlink, linked);
  return true;
}

// Called by CAF under the locks of both actors, which publishing needs: so that happens later.
void tcp_proxy::tell_of_link(wire_kind kind, caf::abstract_actor* linked) {
  auto near = caf::actor_cast<caf::strong_actor_ptr>(linked);
  connection_->post([terms = terms_, connection = connection_, far = target_.actor, kind,
                     near = std::move(near)] {
    const auto number = terms->published->publish(near);
    static_cast<void>(connection->send(encode_frame(kind, {.near = number, .far = far})));
  });
}

void tcp_proxy::on_linked(const caf::strong_actor_ptr& local) {
  attach(caf::default_attachable::make_link(address(), caf::actor_cast<caf::actor_addr>(local)));
}

void tcp_proxy::on_unlinked(const caf::strong_actor_ptr& local) {
  const caf::default_attachable::observe_token token{caf::actor_cast<caf::actor_addr>(local),
                                                     caf::default_attachable::link};
  detach(token);
}

}  // namespace weir
