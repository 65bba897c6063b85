// SPDX-License-Identifier: Apache-2.0
// The one door of state/ to libprotobuf; see state/message_type.hpp. What comes from a file is not
// trusted: descriptors are checked by libprotobuf when they are put together.
#include "state/message_type.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include "api/base64.hpp"

namespace weir {

namespace {

namespace pb = google::protobuf;

constexpr std::string_view url_prefix = "type.googleapis.com";
constexpr std::string_view google_package = "google.protobuf";

// Types that libprotobuf writes as JSON of their own, and takes their fields for granted.
constexpr std::array types_with_own_json{
    "Any",        "Duration",    "FieldMask",   "ListValue",   "Struct",     "Timestamp",
    "Value",      "BoolValue",   "BytesValue",  "DoubleValue", "FloatValue", "Int32Value",
    "Int64Value", "StringValue", "UInt32Value", "UInt64Value", "Empty"};

class first_error final : public pb::DescriptorPool::ErrorCollector {
public:
  void AddError(const std::string& file, const std::string& element, const pb::Message*,
                ErrorLocation, const std::string& message) override {
    if (text_.empty()) text_ = file + ": " + element + ": " + message;
  }
  const std::string& text() const { return text_; }

private:
  std::string text_;
};

// Equal for equal messages: maps are sorted.
std::string bytes_of(const pb::Message& message) {
  std::string bytes;
  {
    pb::io::StringOutputStream stream{&bytes};
    pb::io::CodedOutputStream out{&stream};
    out.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&out);
  }
  return bytes;
}

// Calls `use` with every message inside `message`; stops when it returns true.
template <class Use>
bool any_inside(const pb::Message& message, const Use& use) {
  const pb::Reflection& fields = *message.GetReflection();
  std::vector<const pb::FieldDescriptor*> present;
  fields.ListFields(message, &present);
  for (const pb::FieldDescriptor* field : present) {
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? fields.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const pb::Message& inner = field->is_repeated() ? fields.GetRepeatedMessage(message, field, i)
                                                      : fields.GetMessage(message, field);
      if (use(inner) || any_inside(inner, use)) return true;
    }
  }
  return false;
}

// libprotobuf says on stderr what we say in our own words. From version 22 on it leaves that to the
// program.
#if GOOGLE_PROTOBUF_VERSION < 4000000
using no_messages_on_stderr = pb::LogSilencer;
#else
struct no_messages_on_stderr {
  no_messages_on_stderr() {}
};
#endif

bool is_any(const pb::Message& message) {
  return message.GetDescriptor()->full_name() == "google.protobuf.Any";
}

}  // namespace

class message_type::descriptors {
public:
  // Says what is wrong with them, or nothing.
  std::string add(const pb::FileDescriptorSet& set) {
    for (const auto& file : set.file()) {
      if (auto problem = add(file); !problem.empty()) return problem;
    }
    // Else libprotobuf would be surprised by their fields.
    for (const std::string name : types_with_own_json) {
      const auto* type = pool_.FindMessageTypeByName(std::string{google_package} + "." + name);
      if (type != nullptr && !is_own(type->file()->package(), type->file()->name())) {
        return type->full_name() + " is not that of Protocol Buffers";
      }
    }
    return {};
  }

  bool find(const std::string& full_name) {
    type_ = pool_.FindMessageTypeByName(full_name);
    if (type_ == nullptr) return false;
    prototype_ = factory_.GetPrototype(type_);
    url_ = std::string{url_prefix} + "/" + full_name;
    resolver_.reset(pb::util::NewTypeResolverForDescriptorPool(std::string{url_prefix}, &pool_));
    return true;
  }

  // Null if the bytes are no such message.
  std::unique_ptr<pb::Message> parse(std::string_view bytes) const {
    std::unique_ptr<pb::Message> message{prototype_->New()};
    // The codec has checked required fields, and libprotobuf would complain of them on stderr.
    if (!message->ParsePartialFromString(std::string{bytes})) return nullptr;
    return message;
  }

  // An error's text, or none.
  std::optional<std::string> to_json(const std::string& bytes, std::string& json) const {
    pb::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    const auto done = pb::util::BinaryToJsonString(resolver_.get(), url_, bytes, &json, options);
    if (done.ok()) return std::nullopt;
    return std::string{done.message()};
  }
  std::optional<std::string> from_json(const std::string& json, std::string& bytes) const {
    const auto done = pb::util::JsonToBinaryString(resolver_.get(), url_, json, &bytes);
    if (done.ok()) return std::nullopt;
    return std::string{done.message()};
  }

private:
  static bool is_own(const std::string& package, const std::string& file) {
    return package == google_package &&
           pb::DescriptorPool::generated_pool()->FindFileByName(file) != nullptr;
  }

  std::string add(const pb::FileDescriptorProto& file) {
    first_error problem;
    pb::FileDescriptorProto own;
    if (is_own(file.package(), file.name())) {
      pb::DescriptorPool::generated_pool()->FindFileByName(file.name())->CopyTo(&own);
    }
    const auto& built = own.name().empty() ? file : own;
    if (pool_.BuildFileCollectingErrors(built, &problem) != nullptr) return {};
    return problem.text().empty() ? file.name() + ": it cannot be put together" : problem.text();
  }

  pb::DescriptorPool pool_;
  mutable pb::DynamicMessageFactory factory_{&pool_};
  std::unique_ptr<pb::util::TypeResolver> resolver_;
  const pb::Descriptor* type_ = nullptr;
  const pb::Message* prototype_ = nullptr;
  std::string url_;
};

message_type::message_type(std::string full_name, std::string_view descriptors_text)
    : full_name_{std::move(full_name)} {
  const no_messages_on_stderr quiet;
  const auto bytes = bytes_of_base64(descriptors_text);
  pb::FileDescriptorSet set;
  if (!bytes || !set.ParseFromString(*bytes)) {
    problem_ = "its descriptors are damaged";
    return;
  }
  auto known = std::make_unique<descriptors>();
  if (const auto problem = known->add(set); !problem.empty()) {
    problem_ = "its descriptors are damaged: " + problem;
  } else if (!known->find(full_name_)) {
    problem_ = "its descriptors do not have it";
  } else {
    known_ = std::move(known);
  }
}

message_type::~message_type() = default;

result<shown_message> message_type::show(std::string_view bytes) const {
  if (!known_) return shown_message{{}, problem_};
  const no_messages_on_stderr quiet;
  const auto message = known_->parse(bytes);
  if (!message) {
    return error{error_code::corrupt_data, std::to_string(bytes.size()) + " bytes are no message " +
                                               full_name_ + " as its descriptors have it"};
  }
  // What is inside an Any is checked by nobody.
  if (is_any(*message) || any_inside(*message, is_any)) {
    return shown_message{{}, "what a google.protobuf.Any holds is not decoded"};
  }
  const std::string whole = bytes_of(*message);
  message->DiscardUnknownFields();
  const std::string known = bytes_of(*message);
  shown_message shown;
  if (const auto problem = known_->to_json(known, shown.json)) {
    return shown_message{{}, "it has no JSON: " + *problem};
  }
  if (known != whole) {
    shown.problem = "it has fields that its descriptors do not have";
    return shown;
  }
  std::string again;
  const bool is_back = !known_->from_json(shown.json, again);
  const auto from_json = is_back ? known_->parse(again) : nullptr;
  if (!from_json || bytes_of(*from_json) != whole) {
    shown.problem = "JSON does not say all that it holds";
  }
  return shown;
}

result<std::string> message_type::encode(std::string_view json) const {
  if (!known_) return error{error_code::invalid_argument, problem_};
  const no_messages_on_stderr quiet;
  std::string bytes;
  if (const auto problem = known_->from_json(std::string{json}, bytes)) {
    return error{error_code::invalid_argument, *problem};
  }
  const auto message = known_->parse(bytes);
  if (!message) return error{error_code::invalid_argument, "it is no such message"};
  if (!message->IsInitialized()) {
    return error{error_code::invalid_argument,
                 "required fields are missing: " + message->InitializationErrorString()};
  }
  return bytes_of(*message);
}

void learn_messages(schema& of) {
  if (!of.descriptors.empty()) {
    of.messages = std::make_shared<message_type>(of.names[0], of.descriptors);
  }
  for (schema& part : of.parts) learn_messages(part);
}

}  // namespace weir
