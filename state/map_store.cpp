// SPDX-License-Identifier: Apache-2.0
// Maps and their runs; see state/map_store.hpp.
#include "state/map_store.hpp"

#include <cstdlib>
#include <optional>
#include <utility>

#include "api/codec.hpp"
#include "api/crc32c.hpp"
#include "state/scratch_directory.hpp"
#include "state/whole_file.hpp"

namespace weir {

namespace {

using changes = std::vector<std::pair<std::string, std::optional<std::string>>>;

// A row of more than these is written anew.
constexpr std::size_t most_runs = 4;

std::string encoded(const changes& all) {
  std::string content;
  codec<changes>::encode(all, content);
  std::string bytes;
  codec<std::uint32_t>::encode(crc32c(content), bytes);
  return bytes += content;
}

void read_from(const map_store::map& entries, std::string_view begin, std::string_view end,
               std::size_t most, std::vector<stored_entry>& into) {
  into.clear();
  for (auto each = entries.lower_bound(begin);
       each != entries.end() && each->first < end && into.size() < most; ++each) {
    into.push_back({each->first, each->second});
  }
}

class map_view final : public entry_view {
public:
  explicit map_view(map_store::map entries) : entries_{std::move(entries)} {}
  status read(std::string_view begin, std::string_view end, std::size_t most,
              std::vector<stored_entry>& into) override {
    read_from(entries_, begin, end, most, into);
    return {};
  }

private:
  map_store::map entries_;
};

}  // namespace

class map_store::run {
public:
  run(file_system& files, std::shared_ptr<void> owner, store_file about)
      : files_{&files}, owner_{std::move(owner)}, about_{std::move(about)} {}
  run(const run&) = delete;
  run& operator=(const run&) = delete;
  ~run() { static_cast<void>(files_->remove(about_.path)); }

  const store_file& about() const { return about_; }

private:
  file_system* files_;
  std::shared_ptr<void> owner_;
  store_file about_;
};

namespace {

class frozen_runs final : public frozen_store {
public:
  frozen_runs(std::vector<std::shared_ptr<map_store::run>> runs, status written)
      : runs_{std::move(runs)}, written_{std::move(written)} {}
  result<std::vector<store_file>> files() override {
    if (!written_) return written_.failure();
    std::vector<store_file> all;
    for (const auto& each : runs_) all.push_back(each->about());
    return all;
  }

private:
  std::vector<std::shared_ptr<map_store::run>> runs_;
  status written_;
};

}  // namespace

status map_store::load(std::string_view bytes) {
  const error damaged{error_code::corrupt_data, "a run of a store is damaged"};
  const auto checksum = codec<std::uint32_t>::decode(bytes);
  if (!checksum || *checksum != crc32c(bytes)) return damaged;
  auto all = codec<changes>::decode(bytes);
  if (!all || !bytes.empty()) return damaged;
  for (auto& [key, value] : *all) {
    changed_.insert(key);
    if (value) {
      entries_.insert_or_assign(std::move(key), *std::move(value));
    } else {
      entries_.erase(key);
    }
  }
  return {};
}

status map_store::read(std::string_view begin, std::string_view end, std::size_t most,
                       std::vector<stored_entry>& into) {
  read_from(entries_, begin, end, most, into);
  return {};
}

result<bool> map_store::get(std::string_view key, std::string& value) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  value = found->second;
  return true;
}

status map_store::put(std::string_view key, std::string_view value) {
  changed_.emplace(key);
  entries_.insert_or_assign(std::string{key}, std::string{value});
  return {};
}

status map_store::remove(std::string_view key) {
  if (const auto found = entries_.find(key); found != entries_.end()) {
    changed_.emplace(key);
    entries_.erase(found);
  }
  return {};
}

status map_store::remove_range(std::string_view begin, std::string_view end) {
  const auto first = entries_.lower_bound(begin);
  const auto last = entries_.lower_bound(end);
  for (auto each = first; each != last; ++each) changed_.insert(each->first);
  entries_.erase(first, last);
  return {};
}

std::unique_ptr<entry_view> map_store::view() { return std::make_unique<map_view>(entries_); }

std::unique_ptr<frozen_store> map_store::freeze() {
  status written = write_run();
  return std::make_unique<frozen_runs>(runs_, std::move(written));
}

status map_store::write_run() {
  if (changed_.empty() && !runs_.empty()) return {};
  const bool is_whole = runs_.empty() || runs_.size() >= most_runs;
  changes all;
  if (is_whole) {
    for (const auto& [key, value] : entries_) all.emplace_back(key, value);
  } else {
    for (const auto& key : changed_) {
      const auto found = entries_.find(key);
      all.emplace_back(key, found == entries_.end() ? std::nullopt : std::optional{found->second});
    }
  }
  const std::string bytes = encoded(all);
  const std::string name = std::to_string(next_run_++) + ".run";
  store_file about{name, directory_ + "/" + name, bytes.size(), true};
  if (auto written = write_whole_file(*files_, about.path, bytes); !written) return written;
  if (is_whole) runs_.clear();
  runs_.push_back(std::make_shared<run>(*files_, owner_, std::move(about)));
  changed_.clear();
  return {};
}

map_stores::map_stores(file_system& files) : files_{files} {}

map_stores::~map_stores() = default;

result<std::unique_ptr<entry_store>> map_stores::open(const entry_store_settings& settings,
                                                      const std::string& name,
                                                      const std::vector<store_file>& files) {
  const std::scoped_lock lock{guard_};
  if (directory_ == nullptr) {
    const std::string parent = settings.directory.empty() ? "/tmp" : settings.directory;
    auto opened = scratch_directory::open(files_, parent, "weir-map");
    if (!opened) return opened.failure();
    directory_ = *std::move(opened);
  }
  const std::string path = directory_->path() + "/" + std::to_string(stores_++);
  if (auto made = files_.make_directories(path); !made) return made.failure();
  auto store = std::make_unique<map_store>(files_, path, directory_);
  for (const store_file& each : files) {
    const auto bytes = read_whole_file(files_, each.path, each.bytes);
    if (!bytes) return within("open the store of " + name, bytes.failure());
    if (auto loaded = store->load(*bytes); !loaded) return within(each.path, loaded.failure());
  }
  return std::unique_ptr<entry_store>{std::move(store)};
}

}  // namespace weir
