// SPDX-License-Identifier: Apache-2.0
// The one door to yaml-cpp; see coordination/configuration.hpp.
//
// Maps are flattened while they are walked: a key is the path of names to a value, joined by dots,
// whichever way the file nests them.
#include "coordination/configuration.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "coordination/setting.hpp"
#include "coordination/suggestion.hpp"

namespace weir {

namespace {

// No key has more parts; also what ends a map that contains itself by an alias.
constexpr int deepest_nesting = 8;
// Of one file: aliases of aliases make more of a few lines than there is memory for.
constexpr std::size_t most_keys = 10'000;

std::string line_text(const YAML::Mark& mark) { return "line " + std::to_string(mark.line + 1); }

error at_line(const YAML::Node& node, const std::string& problem) {
  return {error_code::invalid_argument, line_text(node.Mark()) + ": " + problem};
}

class configuration_walk {
public:
  explicit configuration_walk(const job_options& defaults) : read_{defaults, {}} {}

  // Takes over everything below `map`. `prefix` is its own key and a dot, or empty.
  status visit_map(const YAML::Node& map, const std::string& prefix, int depth) {
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) return at_line(entry.first, "a key must be plain text");
      const std::string key = prefix + entry.first.Scalar();
      const auto [earlier, is_new] = lines_.emplace(key, line_text(entry.first.Mark()));
      if (!is_new) {
        return at_line(entry.first, "'" + key + "' was already given in " + earlier->second);
      }
      if (lines_.size() > most_keys) {
        return at_line(entry.first, "more than " + std::to_string(most_keys) + " keys");
      }
      if (auto visited = visit_entry(entry.first, key, entry.second, depth); !visited) {
        return visited;
      }
    }
    return {};
  }

  configuration take() && { return std::move(read_); }

private:
  status visit_entry(const YAML::Node& place, const std::string& key, const YAML::Node& value,
                     int depth) {
    if (value.IsMap() && depth == deepest_nesting) {
      return at_line(place, "'" + key + "' is nested too deeply; no key has more than " +
                                std::to_string(deepest_nesting) + " parts");
    }
    if (value.IsMap()) return visit_map(value, key + ".", depth + 1);
    if (const auto name = job_parameter_name(key)) {
      if (!value.IsScalar()) return at_line(place, key + ": " + found(value) + "; expected text");
      read_.parameters[*name] = value.Scalar();
      return {};
    }
    if (key == "job") {
      // A bare `job:` is a list of parameters that happens to be empty.
      if (value.IsNull()) return {};
      return at_line(place, "job: " + found(value) + "; expected a map of parameters");
    }
    return visit_setting(place, key, value);
  }

  status visit_setting(const YAML::Node& place, const std::string& key, const YAML::Node& value) {
    const setting* known = find_setting(key);
    if (known == nullptr) {
      return at_line(place, "unknown key '" + key + "'" + key_proposal(key, "'"));
    }
    if (!value.IsScalar()) {
      return at_line(place, key + ": " + found(value) + "; expected " + allowed_values(*known));
    }
    if (auto assigned = assign(*known, value.Scalar(), read_.options); !assigned) {
      return at_line(place, key + ": " + assigned.failure().message);
    }
    return {};
  }

  static std::string found(const YAML::Node& value) {
    return value.IsSequence() ? "is a list" : value.IsScalar() ? "is one value" : "has no value";
  }

  configuration read_;
  std::map<std::string, std::string> lines_;  // Where each key was given.
};

result<configuration> read_root(const YAML::Node& root, const job_options& defaults) {
  configuration_walk walk{defaults};
  if (root.IsNull()) return std::move(walk).take();
  if (!root.IsMap()) {
    const std::string kind = root.IsSequence() ? "a list" : "a single value";
    return at_line(root, "the file is " + kind + "; expected lines of 'key: value'");
  }
  if (auto visited = walk.visit_map(root, "", 1); !visited) return visited.failure();
  return std::move(walk).take();
}

using plain_keys = std::map<std::string, std::string>;

result<plain_keys> walk_plain_keys(const YAML::Node& root,
                                   std::span<const std::string_view> known) {
  plain_keys read;
  if (root.IsNull()) return read;
  if (!root.IsMap()) return at_line(root, "expected lines of 'key: value'");
  for (const auto& entry : root) {
    if (!entry.first.IsScalar()) return at_line(entry.first, "a key must be plain text");
    const auto key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return at_line(entry.first, "unknown key '" + key + "'" + did_you_mean(key, known, "'"));
    }
    if (!entry.second.IsScalar()) return at_line(entry.first, key + ": expected one value");
    if (!read.emplace(key, entry.second.Scalar()).second) {
      return at_line(entry.first, "'" + key + "' was already given");
    }
  }
  return read;
}

// Where each document of a text begins, as far as it was parsed.
class document_places final : public YAML::EventHandler {
public:
  const std::vector<YAML::Mark>& all() const { return all_; }

  void OnDocumentStart(const YAML::Mark&) override { is_inside_ = false; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnMapEnd() override {}

private:
  void note(const YAML::Mark& mark) {
    if (!std::exchange(is_inside_, true)) all_.push_back(mark);
  }

  std::vector<YAML::Mark> all_;
  bool is_inside_ = false;
};

error not_valid(const YAML::Mark& mark, const std::string& why) {
  return {
      error_code::invalid_argument,
      line_text(mark) + ", column " + std::to_string(mark.column + 1) + ": not valid YAML: " + why};
}

// That there is no second document. YAML::LoadAll would say so, too, but of some texts, such as a
// comma, yaml-cpp 0.7 reads the same document again and again, until there is no memory.
status check_is_one_document(const std::string& text) {
  std::istringstream stream{text};
  YAML::Parser parser{stream};
  document_places places;
  while (places.all().size() < 2 && parser.HandleNextDocument(places)) continue;
  if (places.all().size() < 2) return {};
  const auto& second = places.all()[1];
  if (second.pos == places.all()[0].pos) return not_valid(second, "no value begins like this");
  return error{error_code::invalid_argument,
               line_text(second) + ": a second document; expected only one"};
}

// Reads the text and passes its one document on; what is wrong with it is an error that names the
// place.
template <class Read>
auto with_document(std::string_view file, std::string_view text, const Read& read)
    -> decltype(read(YAML::Node{})) {
  try {
    const std::string whole{text};
    if (auto one = check_is_one_document(whole); !one) return within(file, one.failure());
    auto found = read(YAML::Load(whole));
    if (!found) return within(file, found.failure());
    return found;
  } catch (const YAML::Exception& failure) {
    return within(file, not_valid(failure.mark, failure.msg));
  }
}

}  // namespace

std::optional<std::string> job_parameter_name(std::string_view key) {
  constexpr std::string_view prefix = "job.";
  if (!key.starts_with(prefix) || key == prefix) return std::nullopt;
  return std::string{key.substr(prefix.size())};
}

result<configuration> read_configuration(std::string_view file, std::string_view text,
                                         const job_options& defaults) {
  return with_document(file, text,
                       [&](const YAML::Node& root) { return read_root(root, defaults); });
}

result<std::map<std::string, std::string>> read_plain_keys(
    std::string_view file, std::string_view text, std::span<const std::string_view> known) {
  return with_document(file, text,
                       [&](const YAML::Node& root) { return walk_plain_keys(root, known); });
}

}  // namespace weir
