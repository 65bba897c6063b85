// SPDX-License-Identifier: Apache-2.0
// Where a job begins: `env.from(...)` starts a stream, and everything said about it is written down
// in a job graph. Building one starts nothing; coordination/run.hpp does.
//
//   env.from(lines_of(env.parameter("input", "book.txt")))
//       .flat_map(words_of)
//       .key_by([](const std::string& word) { return word; })
//       .window(tumbling(5s))
//       .aggregate(count())
//       .sink(print());
#pragma once

#include <concepts>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/job_graph.hpp"
#include "api/job_options.hpp"
#include "api/job_parameters.hpp"
#include "api/operators/source.hpp"
#include "api/stream.hpp"

namespace weir {

class environment {
public:
  explicit environment(std::string job_name, std::map<std::string, std::string> parameters = {})
      : parameters_{std::move(parameters)} {
    graph_.name = std::move(job_name);
  }
  // Streams point into it.
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  // The defaults of this program; the command line and the configuration file win over them.
  job_options& options() { return options_; }
  const job_options& options() const { return options_; }

  // What was given with `-P name=value`, else `fallback`.
  std::string parameter(const std::string& name, std::string fallback) {
    return parameters_.get(name, std::move(fallback));
  }
  // The same as T: an integer, double, bool, duration or event_time. Text that is not a T fails the
  // job before it starts.
  template <class T>
    requires(std::same_as<T, std::string> || !std::convertible_to<T, std::string>)
  T parameter(const std::string& name, T fallback) {
    static_assert(std::integral<T> || std::same_as<T, std::string> || std::same_as<T, double> ||
                      std::same_as<T, duration> || std::same_as<T, event_time>,
                  "parameter: T must be std::string, bool, an integer, double, weir::duration or "
                  "weir::event_time");
    return parameters_.get(name, std::move(fallback));
  }
  const job_parameters& parameters() const { return parameters_; }

  // A stream of what `source` brings (api/source.hpp). Without a strategy, a record happens when it
  // is read.
  template <class Source>
  auto from(Source source) {
    return from(std::move(source), ingestion_time());
  }
  template <class Source, class Strategy>
  auto from(Source source, Strategy strategy) {
    static_assert(source_description<Source>,
                  "from: this is not a source; api/source.hpp says what a source needs");
    static_assert(is_watermark_strategy<Strategy>,
                  "from: the second argument is not a watermark strategy; see "
                  "api/watermark_strategy.hpp");
    using record = typename Source::value_type;
    auto node = node_of<record>(source.name(), {},
                                factory_of<source_operator<Source, Strategy>>(source, strategy));
    node.kind = operator_kind::source;
    node.discover_splits = [source](const source_context& context) {
      return source.discover_splits(context);
    };
    node.is_bounded = source.is_bounded();
    node.problem = strategy.problem();
    return stream<record>{loose_ends{graph_, {graph_.add(std::move(node))}}};
  }

  job_graph& graph() { return graph_; }
  const job_graph& graph() const { return graph_; }

  // Whether the job can run under `options`: its parameters could be read and its graph is valid.
  status check(const job_options& options) const {
    if (parameters_.problem()) return *parameters_.problem();
    return validate(graph_, options);
  }

private:
  job_graph graph_;
  job_options options_;
  job_parameters parameters_;
};

}  // namespace weir
