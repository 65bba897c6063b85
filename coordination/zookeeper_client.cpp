// SPDX-License-Identifier: Apache-2.0
// Requests to ZooKeeper's C client, whose answers come on a thread of its own.
#include "coordination/zookeeper_client.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>
#include <zookeeper/zookeeper.h>

namespace weir {

namespace {

using clock = std::chrono::steady_clock;

clock::time_point as_time(std::int64_t deadline) {
  return clock::time_point{clock::duration{deadline}};
}

std::string in_seconds(duration span) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  return std::to_string(millis) + " ms";
}

}  // namespace

// An answer that is waited for; the library has a share in it until it has given one, so that it
// may come after nobody waits any more.
class zookeeper_client::request {
public:
  int code = ZOK;
  std::optional<znode> node;
  std::vector<std::string> names;
  // What a transaction refers to until it is answered.
  std::vector<znode_change> changes;
  std::vector<zoo_op_t> operations;
  std::vector<zoo_op_result_t> results;
  std::vector<Stat> stats;

  // What is given to the library with a request, and what it gives back with the answer.
  static const void* share(const std::shared_ptr<request>& with) {
    return new std::shared_ptr<request>{with};
  }
  static std::unique_ptr<std::shared_ptr<request>> shared(const void* given) {
    return std::unique_ptr<std::shared_ptr<request>>{
        static_cast<std::shared_ptr<request>*>(const_cast<void*>(given))};
  }

  void finish(int with) {
    const std::lock_guard lock{mutex_};
    code = with;
    is_done_ = true;
    changed_.notify_all();
  }
  // False: not by then.
  bool wait_until(clock::time_point deadline) {
    std::unique_lock lock{mutex_};
    return changed_.wait_until(lock, deadline, [this] { return is_done_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_done_ = false;
};

// A handle of the library and the state that it reports.
class zookeeper_client::session {
public:
  session(const std::string& servers, const zookeeper_options& options) : user_{options.digest} {
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    const auto millis =
        std::chrono::duration_cast<std::chrono::milliseconds>(options.session_timeout).count();
    errno = 0;
    handle_ = zookeeper_init2(servers.c_str(), &session::on_event,
                              static_cast<int>(std::clamp<std::int64_t>(millis, 1, 3'600'000)),
                              nullptr, this, ZOO_NO_LOG_CLIENTENV, [](const char*) {});
    error_number_ = errno;
  }
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  // Answers what is still being asked.
  ~session() {
    if (handle_ != nullptr) zookeeper_close(handle_);
  }

  zhandle_t* handle() const { return handle_; }
  int error_number() const { return error_number_; }
  const ACL_vector* access() const {
    return !user_.empty() ? &ZOO_CREATOR_ALL_ACL : &ZOO_OPEN_ACL_UNSAFE;
  }

  // Whether it is connected, and the server knows the user.
  bool is_ready() {
    const std::lock_guard lock{mutex_};
    return state_ == ZOO_CONNECTED_STATE && (user_.empty() || is_user_known_);
  }
  // The state once it is ready or never will be; or as it is then.
  int settled_until(clock::time_point deadline) {
    std::unique_lock lock{mutex_};
    const auto is_over = [this] {
      return state_ == ZOO_EXPIRED_SESSION_STATE || state_ == ZOO_AUTH_FAILED_STATE;
    };
    changed_.wait_until(lock, deadline, [&] { return state_ == ZOO_CONNECTED_STATE || is_over(); });
    if (state_ != ZOO_CONNECTED_STATE || user_.empty() || is_user_known_) return state_;
    // Not before: told while it connects, the library may keep it to itself.
    if (!std::exchange(was_user_told_, true)) {
      lock.unlock();
      zoo_add_auth(handle_, "digest", user_.data(), static_cast<int>(user_.size()),
                   &session::on_user_told, this);
      lock.lock();
    }
    changed_.wait_until(lock, deadline, [&] { return is_user_known_ || is_over(); });
    return state_;
  }

private:
  static void on_event(zhandle_t*, int type, int state, const char*, void* context) {
    if (type != ZOO_SESSION_EVENT) return;
    auto& self = *static_cast<session*>(context);
    const std::lock_guard lock{self.mutex_};
    self.state_ = state;
    self.changed_.notify_all();
  }

  static void on_user_told(int code, const void* context) {
    auto& self = *static_cast<session*>(const_cast<void*>(context));
    const std::lock_guard lock{self.mutex_};
    self.is_user_known_ = code == ZOK;
    self.was_user_told_ = self.is_user_known_;
    self.changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int state_ = 0;
  std::string user_;
  bool was_user_told_ = false;
  bool is_user_known_ = false;  // To the server.
  zhandle_t* handle_ = nullptr;
  int error_number_ = 0;
};

zookeeper_client::zookeeper_client(std::string servers, zookeeper_options options)
    : servers_{std::move(servers)}, options_{std::move(options)} {
  WEIR_ASSERT(!servers_.empty() && options_.session_timeout >= std::chrono::milliseconds{1});
}

zookeeper_client::~zookeeper_client() = default;

void zookeeper_client::begin_call() {
  deadline_ = (clock::now() + options_.call_timeout).time_since_epoch().count();
}

error zookeeper_client::failure_of(const std::string& activity, int code) const {
  const auto doing = activity + " in ZooKeeper at " + servers_ + ": ";
  switch (code) {
    case ZNOAUTH:
      return {error_code::permission_denied,
              doing +
                  "not allowed: the znodes belong to another user; give this one's name and "
                  "password (scheme digest), or another path"};
    case ZAUTHFAILED:
    case ZSESSIONCLOSEDREQUIRESASLAUTH:
      return {error_code::permission_denied,
              doing +
                  "it refuses this user: the name and password are not taken, or it demands "
                  "SASL, which Weir does not speak"};
    case ZCONNECTIONLOSS:
    case ZOPERATIONTIMEOUT:
    case ZSESSIONEXPIRED:
    case ZCLOSING:
    case ZSESSIONMOVED:
      return {error_code::io_failure, doing + "the connection was lost: " + zerror(code) +
                                          "; a change is unknown to have been made or not"};
    default:
      return {error_code::io_failure, doing + zerror(code)};
  }
}

status zookeeper_client::connect(const std::string& activity) {
  // Twice: a session that has expired is replaced once.
  for (int tries = 0; tries < 2; ++tries) {
    if (!session_) session_ = std::make_unique<session>(servers_, options_);
    if (session_->handle() == nullptr) {
      const auto number = session_->error_number();
      session_.reset();
      return error{error_code::io_failure, activity + " in ZooKeeper at " + servers_ +
                                               ": none of these hosts is known (" +
                                               std::strerror(number) + "); correct the address"};
    }
    const auto state = session_->settled_until(as_time(deadline_));
    if (session_->is_ready()) return {};
    if (state == ZOO_AUTH_FAILED_STATE) {
      session_.reset();
      return failure_of(activity, ZAUTHFAILED);
    }
    if (state != ZOO_EXPIRED_SESSION_STATE) break;
    session_.reset();
  }
  return error{error_code::io_failure,
               activity + " in ZooKeeper at " + servers_ + ": no connection within " +
                   in_seconds(options_.call_timeout) +
                   ", nothing was changed; is it running, and are hosts and ports right?"};
}

template <class Send>
result<int> zookeeper_client::ask(const std::string& activity,
                                  const std::shared_ptr<request>& asked, const Send& send) {
  if (auto connected = connect(activity); !connected) return connected.failure();
  const auto* const given = request::share(asked);
  if (const int refused = send(session_->handle(), given); refused != ZOK) {
    request::shared(given).reset();
    return failure_of(activity, refused);
  }
  if (asked->wait_until(as_time(deadline_))) return asked->code;
  return error{error_code::io_failure, activity + " in ZooKeeper at " + servers_ +
                                           ": no answer within " +
                                           in_seconds(options_.call_timeout) +
                                           "; a change is unknown to have been made or not"};
}

status zookeeper_client::synchronise() {
  const auto asked = std::make_shared<request>();
  const auto code = ask("synchronise", asked, [](zhandle_t* handle, const void* given) {
    return zoo_async(
        handle, "/",
        [](int answer, const char*, const void* back) { (*request::shared(back))->finish(answer); },
        given);
  });
  if (!code) return code.failure();
  if (*code != ZOK) return failure_of("synchronise", *code);
  return {};
}

result<std::optional<znode>> zookeeper_client::read(const std::string& path) {
  const auto activity = "read " + path;
  const auto asked = std::make_shared<request>();
  const auto code = ask(activity, asked, [&path](zhandle_t* handle, const void* given) {
    return zoo_aget(
        handle, path.c_str(), 0,
        [](int answer, const char* text, int size, const Stat* stat, const void* back) {
          const auto of = request::shared(back);
          if (answer == ZOK) {
            auto& node = (*of)->node.emplace();
            if (size > 0) node.text.assign(text, static_cast<std::size_t>(size));
            node.version = stat->version;
          }
          (*of)->finish(answer);
        },
        given);
  });
  if (!code) return code.failure();
  if (*code == ZNONODE) return std::optional<znode>{};
  if (*code != ZOK) return failure_of(activity, *code);
  return std::move(asked->node);
}

result<std::vector<std::string>> zookeeper_client::children(const std::string& path) {
  const auto activity = "list " + path;
  const auto asked = std::make_shared<request>();
  const auto code = ask(activity, asked, [&path](zhandle_t* handle, const void* given) {
    return zoo_aget_children(
        handle, path.c_str(), 0,
        [](int answer, const String_vector* names, const void* back) {
          const auto of = request::shared(back);
          if (answer == ZOK) (*of)->names.assign(names->data, names->data + names->count);
          (*of)->finish(answer);
        },
        given);
  });
  if (!code) return code.failure();
  if (*code == ZNONODE) return std::vector<std::string>{};
  if (*code != ZOK) return failure_of(activity, *code);
  return std::move(asked->names);
}

result<bool> zookeeper_client::commit(const std::vector<znode_change>& changes) {
  WEIR_ASSERT(!changes.empty());
  const auto activity = "change " + changes.back().path;
  const auto asked = std::make_shared<request>();
  asked->changes = changes;
  asked->operations.resize(changes.size());
  asked->results.resize(changes.size());
  asked->stats.resize(changes.size());
  const auto code = ask(activity, asked, [&](zhandle_t* handle, const void* given) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto& change = asked->changes[i];
      auto& operation = asked->operations[i];
      const auto size = static_cast<int>(change.text.size());
      switch (change.what) {
        case znode_change::kind::check:
          zoo_check_op_init(&operation, change.path.c_str(), change.version);
          break;
        case znode_change::kind::create:
          zoo_create_op_init(&operation, change.path.c_str(), change.text.data(), size,
                             session_->access(), 0, nullptr, 0);
          break;
        case znode_change::kind::set:
          zoo_set_op_init(&operation, change.path.c_str(), change.text.data(), size, change.version,
                          &asked->stats[i]);
          break;
        case znode_change::kind::remove:
          zoo_delete_op_init(&operation, change.path.c_str(), change.version);
          break;
      }
    }
    return zoo_amulti(
        handle, static_cast<int>(asked->operations.size()), asked->operations.data(),
        asked->results.data(),
        [](int answer, const void* back) { (*request::shared(back))->finish(answer); }, given);
  });
  if (!code) return code.failure();
  if (*code == ZOK) return true;
  if (*code == ZBADVERSION || *code == ZNONODE || *code == ZNODEEXISTS) return false;
  return failure_of(activity, *code);
}

}  // namespace weir
