// Reading a spec from a Value by its field table. Included by spec_value.cc only.
#pragma once
#include <algorithm>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/simulation/spec_value.hpp"

namespace farbell::reading {

// What a field's table entry says about its content.
struct Bounds {
  std::string_view unit;
  Range range;
};

// Reading of what has no parts; each throws a SpecError at `at`.
double read_number(const Value& value, const Bounds& bounds, const Where& at);
std::int64_t read_integer(const Value& value, const Bounds& bounds, const Where& at);
bool read_bool(const Value& value, const Where& at);
std::string read_text(const Value& value, const Bounds& bounds, const Where& at);
const Value::Array& read_list(const Value& value, const Where& at);
const Value::Array& read_list_of(std::size_t size, const Value& value, const Where& at);
const Value::Object& read_object(const Value& value, std::string_view what, const Where& at);
std::size_t read_choice(const Value& value, const std::string_view* names, std::size_t count, const Where& at);
// The number of the alternative that an object's "kind" names.
std::size_t read_kind(const Value& value, const std::string_view* kinds, std::size_t count, const Where& at);

[[noreturn]] void fail_unknown(std::string_view what, std::string_view key, const std::vector<std::string_view>& known,
                               const Where& at);
[[noreturn]] void fail_elsewhere(std::string_view key, std::string_view instead, const Where& at);
[[noreturn]] void fail_missing(std::string_view what, std::string_view doc, const Where& at);
[[noreturn]] void fail_kind(const Value& found, std::string_view kind, const Where& at);

template <Described T>
T read_struct(const Value& value, Origin origin, const Where& at);

template <class V>
void read(V& out, const Value& value, const Bounds& bounds, Origin origin, const Where& at);

template <class... A>
void read_alternative(std::variant<A...>& out, const Value& value, Origin origin, const Where& at) {
  static constexpr std::string_view kinds[] = {Describe<A>::kind...};
  const std::size_t chosen = read_kind(value, kinds, sizeof...(A), at);
  std::size_t i = 0;
  (void)((i++ == chosen ? (out = read_struct<A>(value, origin, at), true) : false) || ...);
}

template <DescribedEnum E>
E read_enum(const Value& value, const Where& at) {
  constexpr auto& choices = Describe<E>::values;
  std::array<std::string_view, choices.size()> names;
  std::ranges::transform(choices, names.begin(), [](const auto& choice) { return choice.name; });
  return choices[read_choice(value, names.data(), names.size(), at)].value;
}

template <class V>
void read(V& out, const Value& value, const Bounds& bounds, Origin origin, const Where& at) {
  if constexpr (is_optional<V>) {
    if (value.is_null()) {
      out.reset();
    } else {
      read(out.emplace(), value, bounds, origin, at);
    }
  } else if constexpr (Described<V>) {
    out = read_struct<V>(value, origin, at);
  } else if constexpr (is_variant<V>) {
    read_alternative(out, value, origin, at);
  } else if constexpr (is_list<V>) {
    const Value::Array& list = read_list(value, at);
    out.clear();
    out.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) read(out.emplace_back(), list[i], bounds, origin, Where(at, i));
  } else if constexpr (is_fixed_list<V>) {
    const Value::Array& list = read_list_of(out.size(), value, at);
    for (std::size_t i = 0; i < out.size(); ++i) read(out[i], list[i], bounds, origin, Where(at, i));
  } else if constexpr (DescribedEnum<V>) {
    out = read_enum<V>(value, at);
  } else if constexpr (std::is_same_v<V, std::string>) {
    out = read_text(value, bounds, at);
  } else if constexpr (std::is_same_v<V, bool>) {
    out = read_bool(value, at);
  } else if constexpr (std::is_integral_v<V>) {
    out = static_cast<V>(read_integer(value, bounds, at));
  } else {
    static_assert(std::is_same_v<V, double>);
    out = read_number(value, bounds, at);
  }
}

template <Described T>
std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names;
  if constexpr (Alternative<T>) names.push_back("kind");
  if constexpr (WholeFile<T>) names.push_back(Describe<T>::schema_key);
  each_field<T>([&](const auto& f) { names.push_back(f.name); });
  return names;
}

template <Described T>
T read_struct(const Value& value, Origin origin, const Where& at) {
  const Value::Object& object = read_object(value, Describe<T>::name, at);
  T out{};
  std::array<bool, field_count<T>> seen{};
  for (const Member& member : object) {
    const Where here(at, member.key);
    if constexpr (Alternative<T>) {
      if (member.key == "kind") {
        const auto* kind = member.value.as<std::string>();
        if (kind == nullptr || *kind != Describe<T>::kind) fail_kind(member.value, Describe<T>::kind, here);
        continue;
      }
    }
    if constexpr (WholeFile<T>) {
      if (member.key == Describe<T>::schema_key && origin == Origin::file) {
        read_text(member.value, Bounds{}, here);
        continue;
      }
    }
    bool known = false;
    std::size_t i = 0;
    each_field<T>([&](const auto& f) {
      if (f.name == member.key) {
        known = seen[i] = true;
        read(out.*f.member, member.value, Bounds{f.unit, f.range}, origin, here);
      }
      ++i;
    });
    if (known) continue;
    if (const std::string_view instead = said_elsewhere<T>(member.key); !instead.empty()) fail_elsewhere(member.key, instead, here);
    fail_unknown(Describe<T>::name, member.key, field_names<T>(), here);
  }
  std::size_t i = 0;
  each_field<T>([&](const auto& f) {
    const bool needed = f.need == Need::always || (f.need == Need::in_files && origin == Origin::file);
    if (needed && !seen[i]) fail_missing(Describe<T>::name, f.doc, Where(at, f.name));
    ++i;
  });
  if constexpr (Checked<T>) {
    try {
      Describe<T>::check(out);
    } catch (const SpecError& error) {
      throw SpecError(at.pointer() + error.path, error.found, error.allowed, error.nearest);
    }
  }
  return out;
}

}  // namespace farbell::reading
