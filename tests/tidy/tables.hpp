// SPDX-License-Identifier: Apache-2.0
// What the tidy rules allow, and where. Every exception to a rule of docs/style.md stands here,
// each a decision a reviewer can see. Patterns are paths from the root in which '*' stands for
// anything.
#pragma once

#include <string_view>
#include <vector>

namespace weir::tidy {

using patterns = std::vector<std::string_view>;

inline const std::vector<std::string_view> engine_folders{"api",    "state",        "network",
                                                          "actors", "coordination", "connectors"};

// What a folder may include besides itself. Arrows only point down.
struct folder_order {
  std::string_view folder;
  patterns may_include;
};

inline const std::vector<folder_order> include_order{
    {"api", {}},
    {"state", {"api/*"}},
    {"network", {"api/*"}},
    {"actors", {"state/*", "network/*", "api/*"}},
    {"coordination", {"actors/*", "state/*", "network/*", "api/*"}},
    {"connectors", {"api/*"}},
    {"samples", {"coordination/run.hpp", "connectors/*", "api/*"}},
    {"tests", {"*"}},
};

// Every third-party library has one door. An empty list means that nobody needs it yet.
struct library_door {
  std::string_view prefix;  // Of what stands between the brackets.
  patterns allowed;
};

inline const std::vector<library_door> library_doors{
    {"caf/",
     {"*_actor.hpp",
      "*_actor.cpp",
      "network/fabric.*",
      "network/local_fabric.*",
      "network/caf_*",
      "network/message_codec.hpp",
      "network/tcp_fabric.*",
      "network/tcp_proxy.*",
      "network/published_actors.*",
      "network/actor_frames.*",
      "actors/runtime.*",
      "actors/caf_*",
      "actors/job_message_codec.*",
      "actors/networked_runtime.*",
      "coordination/job_manager_deployment.cpp",
      "coordination/process_cluster.*",
      "coordination/joined_task_manager.*",
      "coordination/cluster/cluster_node*",
      "coordination/cluster/leadership_keeper.cpp",
      "coordination/cluster/cluster_client.*",
      "coordination/local_cluster.*",
      "coordination/caf_*",
      "coordination/simulation/*",
      "tests/*"}},
    {"boost/", {"coordination/command_line.cpp"}},
    {"yaml-cpp/", {"coordination/configuration.cpp"}},
    {"simdjson", {"connectors/json_row.cpp"}},
    {"xxhash", {"api/key_group.cpp"}},
    {"xxh3", {}},
    {"google/protobuf/", {"api/codecs/descriptor_set.cpp", "state/message_type.cpp", "tests/*"}},
    {"rocksdb/", {"state/rocksdb_store.cpp"}},
    {"librdkafka/", {}},
    {"openssl/",
     {"network/cluster_secret.cpp", "network/sha256.cpp", "network/tls_channel.cpp",
      "network/tls_credentials.cpp", "tests/network/certificate_authority.cpp"}},
    {"gtest/", {"coordination/testing/simulate.hpp", "tests/*"}},
    {"gmock/", {"tests/*"}},
};

// What users include must not reach any library, however indirectly.
inline const patterns user_headers{"api/*.hpp", "connectors/*.hpp", "coordination/run.hpp",
                                   "coordination/testing/operator_test.hpp",
                                   "coordination/testing/simulation.hpp"};

// Calls through which the world gets in. `allowed` are the named places, `scope` where it counts.
struct forbidden_call {
  std::string_view call;  // As a whole word; "*" stands for the rest of an identifier.
  patterns scope;
  patterns allowed;
};

inline const patterns engine{"api/*",    "state/*",        "network/*",
                             "actors/*", "coordination/*", "connectors/*"};

// Tests run on virtual time; only benchmarks and tests of real processes know the wall clock.
inline const patterns engine_and_tests{"api/*",          "state/*",      "network/*", "actors/*",
                                       "coordination/*", "connectors/*", "tests/*"};

inline const std::vector<forbidden_call> forbidden_calls{
    {"steady_clock::now",
     engine_and_tests,
     {"actors/caf_runtime.cpp", "coordination/zookeeper_client.cpp",
      "network/tcp_transport_worker.cpp", "tests/benchmarks/*", "tests/soak/*"}},
    {"system_clock::now", engine_and_tests, {"actors/caf_runtime.cpp", "tests/benchmarks/*"}},
    {"high_resolution_clock::now", engine_and_tests, {}},
    {"clock_gettime", engine_and_tests, {"tests/benchmarks/*"}},
    {"gettimeofday", engine_and_tests, {}},
    {"sleep_for", engine_and_tests, {"tests/integration/*", "tests/benchmarks/*"}},
    {"sleep_until", engine_and_tests, {"tests/integration/*"}},
    {"usleep", engine_and_tests, {}},
    {"nanosleep", engine_and_tests, {}},
    {"std::thread", engine, {"actors/caf_runtime.cpp", "network/tcp_transport_worker.*"}},
    {"std::jthread", engine, {}},
    {"std::async", engine, {}},
    {"std::random_device", engine_and_tests, {"actors/caf_runtime.cpp"}},
    {"std::*_distribution", engine_and_tests, {}},
    {"std::hash<", engine, {}},
    {"rand(", engine_and_tests, {}},
    {"sigaction", engine, {"coordination/run.cpp"}},
    {"std::signal", engine, {"coordination/run.cpp"}},
    {"fsync", engine, {"state/posix_file_system.cpp"}},
    {"geteuid", engine, {"state/posix_file_system.cpp"}},
    {"getuid", engine, {}},
    {"std::ofstream", engine, {"state/posix_file_system.cpp"}},
    {"std::ifstream", engine, {"state/posix_file_system.cpp"}},
};

// User code may throw; these are the places that catch. Everything else returns a result<T>.
inline const patterns places_that_catch{
    "api/operators/guarded.hpp",
    "actors/operator_chain.cpp",
    "actors/engine_actor.cpp",        // Names what an engine actor threw: a bug of ours.
    "coordination/dry_operator.cpp",  // Opens operators as the chain does.
    "coordination/run.cpp",
    "coordination/configuration.cpp",
    "coordination/command_line.cpp",
    "coordination/testing/simulation.cpp",
    "coordination/testing/simulation_run.cpp",  // Of checkers.

    "tests/*",
};

// Words that say nothing about what a file holds.
inline const std::vector<std::string_view> empty_words{
    "util", "utils", "common", "helper", "helpers", "misc", "base", "impl", "data", "info"};

// "manager" belongs to the two names Flink made standard.
inline const patterns managers{"*job_manager*", "*task_manager*"};

// Sources without a <stem>_test.cpp of their own, and what covers them instead.
struct coverage {
  std::string_view source;
  std::string_view covered_by;
};

inline const std::vector<coverage> covered_elsewhere{
    {"coordination/run.cpp", "tests/integration/consumer_test.sh"},
    {"actors/networked_runtime.cpp", "tests/coordination/process_cluster_test.cpp"},
    {"coordination/joined_task_manager.cpp", "tests/coordination/process_cluster_test.cpp"},
    {"coordination/job_manager_deployment.cpp", "tests/coordination/job_manager_actor_test.cpp"},
    {"coordination/cluster/cluster_node_actor.cpp",
     "tests/coordination/cluster/cluster_node_test.cpp"},
    {"coordination/cluster/cluster_node_answers.cpp",
     "tests/coordination/cluster/cluster_node_test.cpp"},
    {"coordination/cluster/cluster_node_cleaning.cpp",
     "tests/simulation/cluster_cleaning_test.cpp"},
    {"coordination/cluster/cluster_node_leadership.cpp",
     "tests/simulation/random_takeovers_test.cpp"},
    {"coordination/cluster/cluster_node_programs.cpp",
     "tests/simulation/cluster_takeover_test.cpp"},
    {"coordination/cluster/cluster_command.cpp",
     "tests/coordination/cluster/cluster_node_test.cpp"},
    {"coordination/cluster/cluster_state_processes.cpp",
     "tests/coordination/cluster/cluster_state_test.cpp"},
    {"coordination/cluster/run_node.cpp", "tests/integration/cluster_test.sh"},
    {"coordination/cluster/submit_command.cpp", "tests/integration/cluster_test.sh"},
    {"coordination/run_processes.cpp", "tests/integration/processes_test.sh"},
    {"coordination/testing/simulation_machinery.cpp", "tests/simulation/simulation_test.cpp"},
    {"coordination/testing/tested_tasks.cpp", "tests/coordination/test_bench_test.cpp"},
    {"coordination/testing/snapshot_files.cpp", "tests/coordination/test_bench_test.cpp"},
    {"network/tcp_transport_worker.cpp", "tests/network/tcp_transport_test.cpp"},
    {"network/tcp_transport_peers.cpp", "tests/network/tcp_transport_test.cpp"},
    {"network/tcp_proxy.cpp", "tests/network/tcp_fabric_test.cpp"},
    {"state/map_store.cpp", "tests/state/entry_store_test.cpp"},
    {"coordination/weir_main.cpp", "tests/integration/state_tool_test.sh"},
    {"coordination/weir_state_main.cpp", "tests/integration/state_tool_test.sh"},
};

inline constexpr std::size_t longest_file = 400;
inline constexpr std::size_t longest_function = 70;
inline constexpr std::size_t longest_line = 100;

}  // namespace weir::tidy
