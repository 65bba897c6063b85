// SPDX-License-Identifier: Apache-2.0
// Which store a location means; see coordination/store_location.hpp.
#include "coordination/store_location.hpp"

#include "coordination/directory_store.hpp"
#include "coordination/zookeeper_address.hpp"
#include "coordination/zookeeper_store.hpp"

namespace weir {

namespace {

using opened = result<std::unique_ptr<high_availability_store>>;

opened refused(const std::string& location, const std::string& why) {
  return error{error_code::invalid_argument,
               "open the high-availability store \"" + location + "\": " + why};
}

opened open_zookeeper(const std::string& location, const zookeeper_options& options) {
  const auto address = parse_zookeeper_address(location);
  if (!address) return address.failure();
#if WEIR_HAS_ZOOKEEPER
  return std::unique_ptr<high_availability_store>{std::make_unique<zookeeper_store>(
      std::make_unique<zookeeper_client>(address->servers, options), address->path)};
#else
  static_cast<void>(options);
  return refused(location,
                 "this Weir was built without ZooKeeper; install libzookeeper-mt-dev and "
                 "build it again, or name a directory that all participants share");
#endif
}

}  // namespace

opened open_store(file_system& files, const std::string& location,
                  const zookeeper_options& options) {
  if (location.starts_with(zookeeper_scheme)) return open_zookeeper(location, options);
  if (location.empty() || location.find("://") != std::string::npos) {
    return refused(location, "it must be a directory, or zookeeper://host:2181/path");
  }
  return std::unique_ptr<high_availability_store>{
      std::make_unique<directory_store>(files, location)};
}

}  // namespace weir
