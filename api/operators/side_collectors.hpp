// SPDX-License-Identifier: Apache-2.0
// Gathers what an operator writes to its side outputs, one batch for each.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "api/collector.hpp"
#include "api/side_output.hpp"
#include "api/type_name.hpp"

namespace weir {

class side_collectors {
public:
  // `context` outlives the collectors. Null ports: there are no side outputs.
  side_collectors(operator_context& context, std::shared_ptr<const side_output_ports> ports)
      : context_{context}, ports_{std::move(ports)}, open_(ports_ ? ports_->ports.size() : 0) {}

  // Drops the value if nobody reads the side output. Throws task_failure if it is read as another
  // type.
  template <class T, class U>
  void emit(const side_output<T>& tag, U&& value, event_time time) {
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (ports_->ports[i].name != tag.name()) continue;
      open<T>(i).emit(std::forward<U>(value), time);
      return;
    }
  }

  void flush() {
    for (const auto& each : open_) {
      if (each) each->flush();
    }
  }

private:
  class any_collector {
  public:
    virtual ~any_collector() = default;
    virtual void flush() = 0;
  };

  template <class T>
  class collector_of final : public any_collector {
  public:
    collector_of(operator_context& context, std::uint32_t port) : records{context, port} {}
    void flush() override { records.flush(); }

    collector<T> records;
  };

  template <class T>
  collector<T>& open(std::size_t i) {
    const side_output_ports::port& port = ports_->ports[i];
    if (port.type != typeid(T)) {
      throw task_failure{{error_code::plan_error,
                          "side output \"" + port.name + "\": written as " + type_name(typeid(T)) +
                              ", but read as " + type_name(port.type) +
                              "; use one side_output object on both sides"}};
    }
    if (!open_[i]) open_[i] = std::make_unique<collector_of<T>>(context_, port.number);
    return static_cast<collector_of<T>&>(*open_[i]).records;
  }

  operator_context& context_;
  std::shared_ptr<const side_output_ports> ports_;
  std::vector<std::unique_ptr<any_collector>> open_;  // In the order of the ports.
};

}  // namespace weir
