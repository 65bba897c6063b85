// SPDX-License-Identifier: Apache-2.0
// Bounds around the codecs; see coordination/cluster/control_messages.hpp.
#include "coordination/cluster/control_messages.hpp"

#include <algorithm>

#include "api/codec.hpp"
#include "api/crc32c.hpp"

namespace weir {

namespace {

// A report is read by a node that may be older or newer than the program that sends it.
constexpr char report_version = 3;
constexpr char order_version = 1;

template <class T>
result<T> decode_all(std::string_view bytes, std::size_t most, const char* activity) {
  const auto wrong = [&](const std::string& what) {
    return error{error_code::corrupt_data, std::string{activity} + ": " + what};
  };
  if (bytes.size() > most) {
    return wrong("it has " + std::to_string(bytes.size()) + " bytes; at most " +
                 std::to_string(most) + " are taken");
  }
  auto decoded = codec<T>::decode(bytes);
  if (!decoded) return within(activity, decoded.failure());
  if (!bytes.empty()) return wrong(std::to_string(bytes.size()) + " bytes are left over");
  return decoded;
}

// Codecs take any number for an enumeration's.
bool has_known_signal(const control_message& message) {
  const auto* signal = std::get_if<signal_process>(&message);
  return signal == nullptr || is_known(signal->what);
}

}  // namespace

process_id node_process(std::string_view node) {
  constexpr std::uint32_t most = 0x7fffffff;
  return {std::max(1U, crc32c(node) & most)};
}

std::string encode_control(const control_message& message) {
  std::string bytes;
  codec<control_message>::encode(message, bytes);
  return bytes;
}

result<control_message> decode_control(std::string_view bytes) {
  auto message = decode_all<control_message>(bytes, most_control_bytes, "read a control message");
  if (message && !has_known_signal(*message)) {
    return error{error_code::corrupt_data, "read a control message: there is no such signal"};
  }
  return message;
}

std::string encode_report(const full_report& report) {
  std::string bytes{report_version};
  codec<full_report>::encode(report, bytes);
  return bytes;
}

result<full_report> decode_report(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != report_version) {
    return error{error_code::corrupt_data,
                 "read a report of a job: it is none of version " + std::to_string(report_version) +
                     "; was the program built with another version of Weir?"};
  }
  return decode_all<full_report>(bytes.substr(1), most_report_bytes, "read a report of a job");
}

std::string encode_order(const savepoint_order& order) {
  std::string bytes{order_version};
  codec<savepoint_order>::encode(order, bytes);
  return bytes;
}

result<savepoint_order> decode_order(std::string_view bytes) {
  constexpr auto activity = "read an order to take a savepoint";
  if (bytes.empty() || bytes.front() != order_version) {
    return error{error_code::corrupt_data, std::string{activity} + ": it is none of version " +
                                               std::to_string(order_version) +
                                               "; is the node of another version of Weir?"};
  }
  auto order = decode_all<savepoint_order>(bytes.substr(1), most_order_bytes, activity);
  if (!order) return order.failure();
  if (auto checked = check(*order); !checked) {
    return error{error_code::corrupt_data, within(activity, checked.failure()).message};
  }
  return order;
}

}  // namespace weir
