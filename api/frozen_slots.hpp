// SPDX-License-Identifier: Apache-2.0
// The entries of a flat_table as they were at one moment, shared with the table page by page
// (api/frozen_pages.hpp). What the task has to keep of a page is its bytes, where slots are bytes
// and nothing more, else the encodings of its entries.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/block_gatherer.hpp"
#include "api/codec.hpp"
#include "api/flat_slots.hpp"
#include "api/frozen_cold_entries.hpp"
#include "api/frozen_pages.hpp"
#include "api/page_copies.hpp"

namespace weir {

// What becomes of the entries of a table of keyed state. A form is used by two threads at a time.
template <class Key, class T>
struct keyed_form : noting_form {
  // What the blocks are gathered in.
  block_gatherer gatherer() const { return {}; }
  void encode(const Key& key, const T& value, std::string& bytes) const {
    codec<Key>::encode(key, bytes);
    codec<T>::encode(value, bytes);
  }
  void encode_stored(std::string_view key, std::string_view value, std::string& bytes) const {
    bytes.append(key).append(value);
  }
};

template <class Key, class T, class Hash, class Form>
class frozen_slots final : public frozen_pages {
public:
  using array_of_slots = flat_slots<Key, T, Hash>;

  explicit frozen_slots(Form form) : form_{std::move(form)}, blocks_{form_.gatherer()} {}

  // --- For the task, before anybody reads

  void add(array_of_slots& slots) {
    // Taken in any case: names that nobody has asked for are nobody's.
    extent_names names = slots.name_extents();
    if (!blocks_.is_in_order()) names = {};
    array added{slots.share(), std::min(slots.capacity(), slots_per_page),
                std::vector<kept_pages>(pages_of(slots) / pages_kept_together + 1), pages_of(slots),
                std::move(names)};
    add_array(slots.memory(), &slots.at(0), added.pages,
              static_cast<unsigned>(std::countr_zero(added.slots_per_page)));
    arrays_.push_back(std::move(added));
  }
  // An entry that lies elsewhere.
  void add(const Key& key, const T& value) {
    blocks_.add(form_.group_of(key, Hash{}(key)),
                [&](std::string& bytes) { form_.encode(key, value, bytes); });
  }

  // --- For the reader

  std::optional<state_block> next_block(known_content* known) {
    if (known != nullptr && !std::exchange(has_asked_, true)) ask(*known);
    for (;;) {
      auto full = blocks_.take();
      if (!full && (is_at_end_ || name_)) full = wrapped_.take();
      if (full) {
        full->name = name_;
        return full;
      }
      if (is_at_end_) break;
      const auto read = read_next_page();
      if (!read) is_at_end_ = true;
      if (!read || is_end_of_extent(*read)) {
        blocks_.finish();
        wrapped_.finish();
      }
    }
    end();
    return std::nullopt;
  }

private:
  using slot = typename array_of_slots::slot;
  static constexpr bool is_plain =
      std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<T>;
  // The first change in a page costs a copy of it: more than this would hold up the batch that
  // comes behind the barrier.
  static constexpr std::size_t bytes_per_page = 1024;
  static constexpr std::size_t slots_per_page =
      std::bit_floor(std::max<std::size_t>(1, bytes_per_page / sizeof(slot)));

  struct encoded {
    key_group group;
    bool is_wrapped;
    std::size_t length;
  };
  struct encoded_page {
    std::vector<encoded> entries;
    std::string bytes;  // Their encodings.
  };
  using kept_page = std::conditional_t<is_plain, page_copies::copy, std::unique_ptr<encoded_page>>;
  // The copies of neighbours; most freezes never need most of them.
  static constexpr std::size_t pages_kept_together = 512;
  using kept_pages = std::unique_ptr<kept_page[]>;
  struct array {
    std::shared_ptr<array_of_slots> slots;
    std::size_t slots_per_page;
    std::vector<kept_pages> kept;
    std::size_t pages;
    extent_names names;

    std::size_t pages_per_extent() const { return names.slots_per_extent / slots_per_page; }
  };

  static std::size_t pages_of(array_of_slots& slots) {
    return slots.capacity() / std::min(slots.capacity(), slots_per_page);
  }

  // Skips what is known, before the task has to keep much of it. Whatever follows has a name, but
  // for the entries that lie elsewhere.
  void ask(known_content& known) {
    if (blocks_.is_in_order()) blocks_.finish();
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      const array& of = arrays_[i];
      for (std::uint32_t extent = 0; extent < of.names.versions.size(); ++extent) {
        if (!known.takes({of.names.array, extent, of.names.versions[extent]})) continue;
        skip_pages(i, extent * of.pages_per_extent(), of.pages_per_extent());
      }
    }
  }
  // Also names what was read.
  bool is_end_of_extent(const page_place& read) {
    const array& of = arrays_[read.array];
    if (!has_asked_ || of.names.versions.empty()) return false;
    const auto extent = static_cast<std::uint32_t>(read.page / of.pages_per_extent());
    name_ = content_name{of.names.array, extent, of.names.versions[extent]};
    return (read.page + 1) % of.pages_per_extent() == 0;
  }

  // Calls f(const Key&, const T&, key group, is wrapped) for the entries of a page that lie, there
  // or as copies, from `first` on. What has gone round the end of the array has the greatest
  // hashes: its blocks come last.
  template <class F>
  void for_each(const array& of, std::size_t page, slot* first, F&& f) {
    const std::size_t begin = page * of.slots_per_page;
    // Which slots are empty is random: to branch on each would cost more than to read it.
    std::array<slot*, slots_per_page> taken;
    std::size_t found = 0;
    for (std::size_t i = 0; i < of.slots_per_page; ++i) {
      taken[found] = first + i;
      found += static_cast<std::size_t>(!first[i].is_empty());
    }
    for (std::size_t i = 0; i < found; ++i) {
      slot& place = *taken[i];
      const std::uint64_t hash = Hash{}(place.key());
      f(place.key(), std::as_const(place.value.get()), form_.group_of(place.key(), hash),
        of.slots->home(hash) > begin + static_cast<std::size_t>(taken[i] - first));
    }
  }
  void gather(const array& of, std::size_t page, slot* first) {
    for_each(of, page, first, [&](const Key& key, const T& value, key_group group, bool wrapped) {
      (wrapped ? wrapped_ : blocks_).add(group, [&](std::string& bytes) {
        form_.encode(key, value, bytes);
      });
    });
  }

  void keep_page(std::size_t number, std::size_t page) override {
    array& of = arrays_[number];
    slot* const first = &of.slots->at(page * of.slots_per_page);
    kept_pages& neighbours = of.kept[page / pages_kept_together];
    if (!neighbours) neighbours = std::make_unique<kept_page[]>(pages_kept_together);
    kept_page& copy = neighbours[page % pages_kept_together];
    if constexpr (is_plain) {
      const std::size_t bytes = of.slots_per_page * sizeof(slot);
      copy = copies_.make(of.slots->memory(), bytes);
      std::memcpy(copy.get(), first, bytes);
    } else {
      copy = std::make_unique<encoded_page>();
      for_each(of, page, first, [&](const Key& key, const T& value, key_group group, bool wrapped) {
        const std::size_t before = copy->bytes.size();
        form_.encode(key, value, copy->bytes);
        copy->entries.push_back({group, wrapped, copy->bytes.size() - before});
      });
    }
  }

  void read_page(std::size_t number, std::size_t page) override {
    array& of = arrays_[number];
    gather(of, page, &of.slots->at(page * of.slots_per_page));
  }

  void read_kept_page(std::size_t number, std::size_t page) override {
    array& of = arrays_[number];
    const auto copy = std::move(of.kept[page / pages_kept_together][page % pages_kept_together]);
    if constexpr (is_plain) {
      gather(of, page, reinterpret_cast<slot*>(copy.get()));
    } else {
      std::string_view rest = copy->bytes;
      for (const encoded& each : copy->entries) {
        (each.is_wrapped ? wrapped_ : blocks_).add(each.group, [&](std::string& bytes) {
          bytes += rest.substr(0, each.length);
        });
        rest.remove_prefix(each.length);
      }
    }
  }

  void drop_kept_page(std::size_t number, std::size_t page) override {
    arrays_[number].kept[page / pages_kept_together][page % pages_kept_together].reset();
  }

  Form form_;
  page_copies copies_;  // This is the task's.
  std::vector<array> arrays_;
  // These are the reader's.
  block_gatherer blocks_;
  block_gatherer wrapped_;
  std::optional<content_name> name_;  // Of the extent that is being read; none: it has no name.
  bool has_asked_ = false;
  bool is_at_end_ = false;
};

// What freezing a table gives away; the table's task shares the entries with it.
template <class Slots>
class frozen_slots_reader final : public frozen_table {
public:
  explicit frozen_slots_reader(std::shared_ptr<Slots> slots) : slots_{std::move(slots)} {}
  frozen_slots_reader(const frozen_slots_reader&) = delete;
  frozen_slots_reader& operator=(const frozen_slots_reader&) = delete;
  ~frozen_slots_reader() override { slots_->end(); }
  std::optional<state_block> next_block(known_content* known) override {
    return slots_->next_block(known);
  }

private:
  std::shared_ptr<Slots> slots_;
};

}  // namespace weir
