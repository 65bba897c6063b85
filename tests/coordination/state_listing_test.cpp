// SPDX-License-Identifier: Apache-2.0
// The listing of a checkpoint, to the letter.
#include "coordination/state_listing.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

const std::vector<stored_operator> operators{
    {operator_id{0xAB}, "number", 2, {{"seen", {"keyed", "pair{u64,u64}"}, 10, 160}}, {{"at", 8}}},
    {operator_id{1}, "print", 1, {}, {}}};

checkpoint_manifest manifest() {
  checkpoint_manifest of;
  of.id = checkpoint_id{17};
  of.job_name = "counting";
  of.max_parallelism = 128;
  return of;
}

TEST(StateListing, AlignsItsColumns) {
  EXPECT_EQ(state_listing(manifest(), operators),
            "job:              counting\n"
            "checkpoint:       17\n"
            "created:          1970-01-01T00:00:00Z\n"
            "max parallelism:  128\n"
            "\n"
            "OPERATOR  PARALLELISM  STATE  KIND   ENTRIES  BYTES  SCHEMA\n"
            "number    2            seen   keyed  10       160    pair{u64,u64}\n"
            "                       at     part            8\n"
            "print     1            -\n");
}

TEST(StateListing, ShowsMessagesByTheirNames) {
  const std::vector<stored_operator> with_message{
      {operator_id{1}, "o", 1, {{"t", {"keyed", "pair{u8,protobuf{a.b:CAE=}}"}, 1, 1}}, {}}};
  EXPECT_NE(state_listing(manifest(), with_message).find(" pair{u8,protobuf{a.b}}\n"),
            std::string::npos);
  EXPECT_NE(
      state_listing_json(manifest(), with_message).find("\"schema\":\"pair{u8,protobuf{a.b}}\""),
      std::string::npos);
}

TEST(StateListing, IsOneObjectForPrograms) {
  EXPECT_EQ(state_listing_json(manifest(), operators),
            R"({"job":"counting","checkpoint":17,"created":"1970-01-01T00:00:00Z",)"
            R"("max_parallelism":128,"operators":[{"name":"number","id":"00000000000000ab",)"
            R"("parallelism":2,"tables":[{"name":"seen","kind":"keyed","schema":"pair{u64,u64}",)"
            R"("entries":10,"bytes":160}],"parts":[{"name":"at","bytes":8}]},{"name":"print",)"
            R"("id":"0000000000000001","parallelism":1,"tables":[],"parts":[]}]})"
            "\n");
}

}  // namespace
}  // namespace weir
