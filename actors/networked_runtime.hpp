// SPDX-License-Identifier: Apache-2.0
// The production runtime of a process that has others beside it: caf_runtime, with a fabric that
// reaches them.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "actors/caf_runtime.hpp"
#include "network/cluster_secret.hpp"
#include "network/tcp_fabric.hpp"

namespace weir {

struct networked_runtime_settings {
  std::uint32_t threads = 0;  // Of the workers; 0: one for each core.
  idle_workers idle = idle_workers::look_around;
  entry_stores_maker stores = no_stores;  // Enough for a process without tasks.
  cluster_membership self{};              // The incarnation is chosen here.
  cluster_secret secret;
  std::optional<tls_credentials> tls{};
  endpoint listen{};
  // Batches are full by their count, however long records are.
  connection_settings connections{.max_frame = std::uint32_t{128} << 20};
  // Told of connections that ended or did not come about. Thread-safe.
  std::function<void(const error&)> report;
  // May be empty: told, after the report, which dialed peer a connection did not come about with.
  std::function<void(process_id, const error&)> on_not_reached{};
};

class networked_runtime final : public runtime {
public:
  // Takes the port; others are heard and dialed from fabric().publish_root() or listen() on. Fails
  // if the port cannot be had.
  static result<std::unique_ptr<networked_runtime>> start(networked_runtime_settings settings);
  // Waits until every actor has ended, and until the peers have what was sent to them; ending the
  // actors is the caller's business.
  ~networked_runtime() override;

  process_id process() const override { return self_; }
  caf::actor_system& system() override { return local_.system(); }
  processing_time now() override { return local_.now(); }
  std::uint64_t random() override { return local_.random(); }
  tcp_fabric& fabric() override { return *fabric_; }
  file_system& files() override { return local_.files(); }
  entry_stores& stores() override { return local_.stores(); }

private:
  explicit networked_runtime(const networked_runtime_settings& settings)
      : local_{settings.threads, settings.stores, settings.idle}, self_{settings.self.process} {}

  caf_runtime local_;
  process_id self_;
  std::unique_ptr<tcp_fabric> fabric_;
};

}  // namespace weir
