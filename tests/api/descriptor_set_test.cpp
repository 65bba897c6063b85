// SPDX-License-Identifier: Apache-2.0
// The schema of a message says how it can be read; its codec writes what it always wrote.
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "api/base64.hpp"
#include "api/codec.hpp"
#include "api/schema_text.hpp"
#include "tests/api/parcel.pb.h"

namespace weir {
namespace {

static_assert(described_message<parcels::Parcel>);
static_assert(described_message<google::protobuf::Timestamp>);

std::vector<std::string> file_names(const google::protobuf::Descriptor& message) {
  google::protobuf::FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromString(codecs::descriptor_set_of(message)));
  std::vector<std::string> names;
  for (const auto& file : set.file()) {
    names.push_back(file.name());
    EXPECT_FALSE(file.has_source_code_info());
  }
  return names;
}

TEST(DescriptorSet, HoldsTheFileAndAllThatItImportsEachOnceAndBehindWhatItNeeds) {
  EXPECT_EQ(file_names(*parcels::Parcel::descriptor()),
            (std::vector<std::string>{"google/protobuf/timestamp.proto", "tests/api/address.proto",
                                      "tests/api/parcel.proto"}));
  EXPECT_EQ(file_names(*google::protobuf::Timestamp::descriptor()),
            (std::vector<std::string>{"google/protobuf/timestamp.proto"}));
}

TEST(DescriptorSet, CanBePutTogetherByItself) {
  google::protobuf::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromString(codecs::descriptor_set_of(*parcels::Parcel::descriptor())));
  google::protobuf::DescriptorPool pool;
  for (const auto& file : set.file()) ASSERT_NE(pool.BuildFile(file), nullptr);
  const auto* type = pool.FindMessageTypeByName("parcels.Parcel");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(type->FindFieldByName("to")->message_type()->full_name(), "parcels.Address");
}

TEST(DescriptorSet, StandsInTheSchemaOfTheMessage) {
  const std::string schema = codec<parcels::Parcel>::schema();
  const std::string inside = schema.substr(9, schema.size() - 10);
  EXPECT_EQ(schema, "protobuf{" + inside + "}");
  EXPECT_EQ(message_parts(inside).name, "parcels.Parcel");
  EXPECT_EQ(bytes_of_base64(message_parts(inside).descriptors),
            codecs::descriptor_set_of(*parcels::Parcel::descriptor()));
  EXPECT_EQ(codec<parcels::Parcel>::schema(), schema);
  EXPECT_EQ(without_descriptors(codec<std::pair<int, parcels::Parcel::Seal>>::schema()),
            "pair{i32,protobuf{parcels.Parcel.Seal}}");
}

TEST(DescriptorSet, IsInNoMessageForPeople) {
  std::string_view bytes{"\1\0\0\0\xff", 5};
  const auto decoded = codec<parcels::Parcel>::decode(bytes);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.failure().message,
            "decode protobuf{parcels.Parcel}: 1 bytes are no such message; the bytes are damaged, "
            "or were written as another type");
  std::string_view list{"\1\0\0\0\1\0\0\0\xff", 9};
  const auto elements = codec<std::vector<parcels::Parcel>>::decode(list);
  ASSERT_FALSE(elements.ok());
  EXPECT_EQ(elements.failure().message.find("decode vector<protobuf{parcels.Parcel}>: decode "), 0U)
      << elements.failure().message;
}

}  // namespace
}  // namespace weir
