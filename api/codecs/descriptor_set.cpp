// SPDX-License-Identifier: Apache-2.0
// What the schema of a message says of it; see api/codecs/messages.hpp. In a file of its own, so
// that only a job with messages links libprotobuf.
#include <set>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "api/base64.hpp"
#include "api/codecs/messages.hpp"

namespace weir::codecs {

namespace {

using files = std::set<const google::protobuf::FileDescriptor*>;

void add(const google::protobuf::FileDescriptor& file, files& added,
         google::protobuf::FileDescriptorSet& to) {
  if (!added.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) add(*file.dependency(i), added, to);
  file.CopyTo(to.add_file());
}

}  // namespace

std::string descriptor_set_of(const google::protobuf::Descriptor& message) {
  files added;
  google::protobuf::FileDescriptorSet set;
  add(*message.file(), added, set);
  return set.SerializeAsString();
}

std::string message_schema(const google::protobuf::Descriptor& message) {
  std::string text = "protobuf{" + std::string{message.full_name()} + ":";
  append_base64(text, descriptor_set_of(message));
  return text + "}";
}

}  // namespace weir::codecs
