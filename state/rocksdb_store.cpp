// SPDX-License-Identifier: Apache-2.0
// Calls of RocksDB, and its failures as sentences; see state/rocksdb_store.hpp.
#include "state/rocksdb_store.hpp"

#include <algorithm>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include "state/posix_file_system.hpp"
#include "state/scratch_directory.hpp"
#include "state/whole_file.hpp"

namespace weir {

namespace {

constexpr std::uint64_t least_memory = std::uint64_t{8} << 20;
// Longer batches save nothing.
constexpr std::size_t bytes_per_write = std::size_t{256} << 10;

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

std::string advice_on(const rocksdb::Status& failed) {
  if (failed.IsCorruption()) {
    return "; a file was damaged while the job ran: check the disk; the state itself is in the "
           "last checkpoint";
  }
  if (failed.IsNoSpace()) {
    return "; free some, or set state.backend.rocksdb.localdir to a directory with more of it";
  }
  return "; state.backend.rocksdb.localdir says where RocksDB has its files";
}

std::string directory_of(const entry_store_settings& settings) {
  return settings.directory.empty() ? system_temporary_directory() : settings.directory;
}

// Also below a directory that was given: another user's locks cannot even be opened.
result<std::unique_ptr<scratch_directory>> own_directory(file_system& files,
                                                         const std::string& parent) {
  auto opened = scratch_directory::open(files, parent, "weir-rocksdb-" + std::to_string(user_id()));
  if (opened) return opened;
  error failure = within("make a directory for RocksDB in " + parent, opened.failure());
  failure.message +=
      "; set state.backend.rocksdb.localdir to a directory in which this user can create files";
  return failure;
}

}  // namespace

// What the stores of a process share.
struct rocksdb_stores::machinery {
  machinery(std::unique_ptr<scratch_directory> own, std::uint64_t memory)
      : directory{std::move(own)},
        cache{rocksdb::NewLRUCache(std::max(memory, least_memory))},
        buffers{std::make_shared<rocksdb::WriteBufferManager>(std::max(memory, least_memory) / 2,
                                                              cache)} {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    // Each operator instance has a database; together they must stay below the usual 1,024.
    options.max_open_files = 128;
    options.write_buffer_manager = buffers;
    options.write_buffer_size = std::clamp(std::max(memory, least_memory) / 4,
                                           std::uint64_t{2} << 20, std::uint64_t{64} << 20);
    options.allow_concurrent_memtable_write = false;
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.05;
    // Tables are written in the order of their hashes, which begin behind four bytes. Ranges are
    // removed by keys of those four alone, which have no such prefix: they must have no hint.
    options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(5));
    options.compression = rocksdb::kNoCompression;
    options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
    options.avoid_flush_during_shutdown = true;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    options.info_log_level = rocksdb::FATAL_LEVEL;
    options.keep_log_file_num = 1;
    options.max_background_jobs = 2;
  }

  std::unique_ptr<scratch_directory> directory;
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> buffers;
  rocksdb::Options options;
  std::uint64_t stores = 0;  // That were ever opened.
};

namespace {

// What a database was at one moment, as files; `files` once there is a link to each of them.
struct linked_moment {
  linked_moment(file_system& where, std::string name) : disk{where}, directory{std::move(name)} {}
  linked_moment(const linked_moment&) = delete;
  linked_moment& operator=(const linked_moment&) = delete;
  ~linked_moment() {
    if (is_linked) static_cast<void>(remove_tree(disk, directory));
  }

  file_system& disk;
  std::string directory;
  bool is_linked = false;
  status outcome;
  std::vector<store_file> files;
};

constexpr std::string_view suffix_of_runs = ".sst";

// One database, until its store, its views and what was frozen of it are gone.
class database {
public:
  // `owner` keeps alive what databases share.
  database(std::shared_ptr<void> owner, file_system& files, std::string name, std::string path)
      : owner_{std::move(owner)}, files_{files}, name_{std::move(name)}, path_{std::move(path)} {}
  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database() {
    db_.reset();
    static_cast<void>(remove_tree(files_, path_));
  }

  status open(rocksdb::Options options, const std::vector<store_file>& files) {
    options.create_if_missing = files.empty();
    options.error_if_exists = files.empty();
    if (!files.empty()) {
      if (auto taken = take(files); !taken) return taken;
    }
    rocksdb::DB* opened = nullptr;
    auto outcome = rocksdb::DB::Open(options, path_, &opened);
    db_.reset(opened);
    if (outcome.ok() && !files.empty()) {
      rocksdb::ReadOptions at_once;
      at_once.readahead_size = std::size_t{1} << 20;
      outcome = db_->VerifyFileChecksums(at_once);
    }
    // What the files say is not so, or is not there.
    const bool is_damage = outcome.IsCorruption() || outcome.IsInvalidArgument() ||
                           outcome.IsNotFound() || outcome.IsPathNotFound();
    if (files.empty() || !is_damage) return checked(outcome, "open");
    return error{error_code::corrupt_data, "the files of the store of " + name_ + ", " +
                                               files.front().path +
                                               " and those beside it: " + outcome.ToString()};
  }

  rocksdb::DB& db() { return *db_; }

  // The database as it is now.
  std::shared_ptr<linked_moment> freeze() {
    const std::scoped_lock lock{guard_};
    // Nothing has changed since, if there is still one.
    if (now_ == nullptr || !now_->outcome) {
      now_ =
          std::make_shared<linked_moment>(files_, path_ + ".links-" + std::to_string(moments_++));
    }
    return now_;
  }
  // Before the database changes: links what somebody still wants.
  void thaw() {
    const std::scoped_lock lock{guard_};
    if (now_ == nullptr) return;
    if (now_.use_count() > 1) link(*now_);
    now_.reset();
  }
  // By any thread.
  result<std::vector<store_file>> files_of(linked_moment& moment) {
    const std::scoped_lock lock{guard_};
    link(moment);
    if (!moment.outcome) return moment.outcome.failure();
    return moment.files;
  }

  status checked(const rocksdb::Status& outcome, std::string_view activity) const {
    if (outcome.ok()) return {};
    // Also of damage: the next attempt begins with an empty store, from the checkpoint.
    return error{error_code::io_failure, std::string{activity} + " the RocksDB store of " + name_ +
                                             " in " + path_ + ": " + outcome.ToString() +
                                             advice_on(outcome)};
  }

  // `snapshot` may be null.
  status read(const rocksdb::Snapshot* snapshot, std::string_view begin, std::string_view end,
              std::size_t most, std::vector<stored_entry>& into) {
    into.clear();
    const rocksdb::Slice bound = slice(end);
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    options.iterate_upper_bound = &bound;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> each{db_->NewIterator(options)};
    for (each->Seek(slice(begin)); each->Valid() && into.size() < most; each->Next()) {
      into.push_back({each->key().ToString(), each->value().ToString()});
    }
    return checked(each->status(), "read");
  }

private:
  // Sorted runs are shared with whoever has them, where that can be; RocksDB writes to the others.
  status take(const std::vector<store_file>& files) {
    auto taken = files_.make_directories(path_);
    for (const store_file& each : files) {
      const std::string place = path_ + "/" + each.name;
      if (!taken) break;
      if (each.name.ends_with(suffix_of_runs) && files_.link(each.path, place)) continue;
      // A link that was made all the same would be written into.
      taken = files_.remove(place);
      if (!taken && taken.failure().code != error_code::not_found) break;
      taken = copy_whole_file(files_, each.path, place, each.bytes);
    }
    return taken ? taken : within("open the RocksDB store of " + name_, taken.failure());
  }

  void link(linked_moment& moment) {
    if (std::exchange(moment.is_linked, true)) return;
    rocksdb::Checkpoint* made = nullptr;
    auto outcome = rocksdb::Checkpoint::Create(db_.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint{made};
    if (outcome.ok()) outcome = checkpoint->CreateCheckpoint(moment.directory);
    moment.outcome = checked(outcome, "freeze");
    if (moment.outcome) moment.outcome = list(moment);
  }
  status list(linked_moment& moment) {
    const auto names = files_.list(moment.directory);
    if (!names) return names.failure();
    for (const std::string& name : *names) {
      // What it was opened with counts for nothing: it is opened as we want it.
      if (name.starts_with("OPTIONS")) continue;
      std::string path = moment.directory + "/" + name;
      const auto found = files_.stat(path);
      if (!found) return found.failure();
      moment.files.push_back({name, std::move(path), found->size, name.ends_with(suffix_of_runs)});
    }
    return {};
  }

  std::shared_ptr<void> owner_;
  file_system& files_;
  std::string name_;
  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  std::mutex guard_;                    // Of the following, and of all moments.
  std::shared_ptr<linked_moment> now_;  // Null: it has changed since.
  std::uint64_t moments_ = 0;
};

class rocksdb_view final : public entry_view {
public:
  explicit rocksdb_view(std::shared_ptr<database> of)
      : database_{std::move(of)}, snapshot_{database_->db().GetSnapshot()} {}
  rocksdb_view(const rocksdb_view&) = delete;
  rocksdb_view& operator=(const rocksdb_view&) = delete;
  ~rocksdb_view() override { database_->db().ReleaseSnapshot(snapshot_); }

  status read(std::string_view begin, std::string_view end, std::size_t most,
              std::vector<stored_entry>& into) override {
    return database_->read(snapshot_, begin, end, most, into);
  }

private:
  std::shared_ptr<database> database_;
  const rocksdb::Snapshot* snapshot_;
};

class frozen_database final : public frozen_store {
public:
  explicit frozen_database(std::shared_ptr<database> of)
      : database_{std::move(of)}, moment_{database_->freeze()} {}
  result<std::vector<store_file>> files() override { return database_->files_of(*moment_); }

private:
  std::shared_ptr<database> database_;
  std::shared_ptr<linked_moment> moment_;
};

class rocksdb_store final : public entry_store {
public:
  explicit rocksdb_store(std::shared_ptr<database> of) : database_{std::move(of)} {
    unlogged_.disableWAL = true;
  }

  status read(std::string_view begin, std::string_view end, std::size_t most,
              std::vector<stored_entry>& into) override {
    return database_->read(nullptr, begin, end, most, into);
  }

  result<bool> get(std::string_view key, std::string& value) override {
    rocksdb::PinnableSlice found;
    rocksdb::DB& db = database_->db();
    const auto outcome = db.Get({}, db.DefaultColumnFamily(), slice(key), &found);
    if (outcome.IsNotFound()) return false;
    if (auto read = database_->checked(outcome, "read"); !read) return read.failure();
    value.assign(found.data(), found.size());
    return true;
  }

  status put(std::string_view key, std::string_view value) override {
    return took_note(batch_.Put(slice(key), slice(value)));
  }
  status remove(std::string_view key) override { return took_note(batch_.Delete(slice(key))); }

  status commit() override {
    if (batch_.Count() == 0) return {};
    database_->thaw();
    const auto outcome = database_->db().Write(unlogged_, &batch_);
    batch_.Clear();
    return database_->checked(outcome, "write");
  }

  status remove_range(std::string_view begin, std::string_view end) override {
    rocksdb::DB& db = database_->db();
    database_->thaw();
    return database_->checked(
        db.DeleteRange(unlogged_, db.DefaultColumnFamily(), slice(begin), slice(end)), "write");
  }

  std::unique_ptr<entry_view> view() override { return std::make_unique<rocksdb_view>(database_); }
  std::unique_ptr<frozen_store> freeze() override {
    return std::make_unique<frozen_database>(database_);
  }

private:
  status took_note(const rocksdb::Status& outcome) {
    if (outcome.ok() && batch_.GetDataSize() >= bytes_per_write) return commit();
    return database_->checked(outcome, "write");
  }

  std::shared_ptr<database> database_;
  rocksdb::WriteOptions unlogged_;
  rocksdb::WriteBatch batch_;
};

}  // namespace

rocksdb_stores::rocksdb_stores(file_system& files) : files_{files} {}

rocksdb_stores::~rocksdb_stores() = default;

result<std::unique_ptr<entry_store>> rocksdb_stores::open(const entry_store_settings& settings,
                                                          const std::string& name,
                                                          const std::vector<store_file>& files) {
  std::shared_ptr<machinery> shared;
  std::string path;
  {
    const std::scoped_lock lock{guard_};
    if (machinery_ == nullptr) {
      auto directory = own_directory(files_, directory_of(settings));
      if (!directory) return directory.failure();
      machinery_ = std::make_shared<machinery>(*std::move(directory), settings.memory);
    }
    shared = machinery_;
    path = shared->directory->path() + "/" + std::to_string(shared->stores++);
  }
  auto opened = std::make_shared<database>(shared, files_, name, std::move(path));
  if (auto done = opened->open(shared->options, files); !done) return done.failure();
  return std::unique_ptr<entry_store>{std::make_unique<rocksdb_store>(std::move(opened))};
}

std::unique_ptr<entry_stores> make_rocksdb_stores(file_system& files) {
  return std::make_unique<rocksdb_stores>(files);
}

}  // namespace weir
