#include "farbell/simulation/spec_type.hpp"

#include <algorithm>
#include <array>

#include "farbell/simulation/file_words.hpp"
#include "farbell/simulation/spec_value.hpp"

namespace farbell {
namespace {

template <class V>
const ValueType& value_type();

template <class V>
const V& as(const void* value) {
  return *static_cast<const V*>(value);
}
template <class V>
V& as(void* value) {
  return *static_cast<V*>(value);
}

template <class V>
ValueType of_optional() {
  return {.kind = ValueKind::optional,
          .count = [](const void* x) -> std::int64_t { return as<V>(x).has_value(); },
          .set_count = [](void* x, std::int64_t n) { n == 0 ? as<V>(x).reset() : void(as<V>(x).emplace()); },
          .part = [](void* x, std::size_t) -> void* { return &*as<V>(x); },
          .inner = &value_type<typename V::value_type>()};
}

template <class V>
ValueType of_list() {
  return {.kind = ValueKind::list,
          .count = [](const void* x) { return static_cast<std::int64_t>(as<V>(x).size()); },
          .set_count = [](void* x, std::int64_t n) { as<V>(x) = V(static_cast<std::size_t>(n)); },
          .part = [](void* x, std::size_t i) -> void* { return &as<V>(x)[i]; },
          .inner = &value_type<typename V::value_type>()};
}

template <class V>
ValueType of_fixed_list() {
  return {.kind = ValueKind::fixed_list,
          .count = [](const void*) { return static_cast<std::int64_t>(std::tuple_size_v<V>); },
          .part = [](void* x, std::size_t i) -> void* { return &as<V>(x)[i]; },
          .inner = &value_type<typename V::value_type>()};
}

template <class... A>
ValueType of_variant(std::variant<A...>*) {
  using V = std::variant<A...>;
  return {.kind = ValueKind::variant,
          .count = [](const void* x) { return static_cast<std::int64_t>(as<V>(x).index()); },
          .set_count = [](void* x, std::int64_t n) { (void)((n-- == 0 && (as<V>(x).template emplace<A>(), true)) || ...); },
          .part = [](void* x, std::size_t) { return std::visit([](auto& held) -> void* { return &held; }, as<V>(x)); },
          .specs = {&spec_type<A>()...},
          .preset = std::is_same_v<V, GenerationSpec>  ? "GenerationPreset"
                    : std::is_same_v<V, InterfaceSpec> ? "InterfacePreset"
                                                       : ""};
}

template <DescribedEnum E>
ValueType of_choice() {
  constexpr auto& values = Describe<E>::values;
  ValueType type{.kind = ValueKind::choice,
                 .count = [](const void* x) {
                   std::int64_t i = 0;
                   while (values[static_cast<std::size_t>(i)].value != as<E>(x)) ++i;
                   return i;
                 },
                 .set_count = [](void* x, std::int64_t i) { as<E>(x) = values[static_cast<std::size_t>(i)].value; }};
  for (const Choice<E>& choice : values) type.choices.push_back({choice.name, choice.doc});
  return type;
}

template <class V>
ValueType of_integer() {
  return {.kind = ValueKind::integer,
          .count = [](const void* x) { return static_cast<std::int64_t>(as<V>(x)); },
          .set_count = [](void* x, std::int64_t number) { as<V>(x) = static_cast<V>(number); }};
}

template <class V>
ValueType make_value_type() {
  if constexpr (is_optional<V>) {
    return of_optional<V>();
  } else if constexpr (Described<V>) {
    return {.kind = ValueKind::spec, .specs = {&spec_type<V>()}};
  } else if constexpr (is_variant<V>) {
    return of_variant(static_cast<V*>(nullptr));
  } else if constexpr (is_list<V>) {
    return of_list<V>();
  } else if constexpr (is_fixed_list<V>) {
    return of_fixed_list<V>();
  } else if constexpr (DescribedEnum<V>) {
    return of_choice<V>();
  } else if constexpr (std::is_same_v<V, std::string>) {
    return {.kind = ValueKind::text};
  } else if constexpr (std::is_same_v<V, bool>) {
    return {.kind = ValueKind::truth};
  } else if constexpr (std::is_integral_v<V>) {
    return of_integer<V>();
  } else {
    static_assert(std::is_same_v<V, double>);
    return {.kind = ValueKind::number};
  }
}

template <class V>
const ValueType& value_type() {
  static const ValueType type = make_value_type<V>();
  return type;
}

// A field may be that of a base of T, which several specs share.
template <class T, class Base, class M>
SpecField field_of(const Field<Base, M>& f, const T& defaults) {
  const auto* member = reinterpret_cast<const std::byte*>(&(defaults.*f.member));
  return {f.name, f.unit, f.range, f.doc, f.need, f.improvement, &value_type<M>(), member - reinterpret_cast<const std::byte*>(&defaults)};
}

template <Described T>
SpecType make_spec_type() {
  static_assert(field_count<T> <= most_fields);
  static const T defaults{};
  SpecType type{.name = Describe<T>::name, .doc = Describe<T>::doc, .platform = takes_platform<T>, .defaults = &defaults};
  if constexpr (Alternative<T>) type.kind = Describe<T>::kind;
  if constexpr (WholeFile<T>) type.schema_key = Describe<T>::schema_key;
  if constexpr (requires { Describe<T>::elsewhere; }) type.elsewhere = Describe<T>::elsewhere;
  if constexpr (Checked<T>) type.check = [](const void* spec) { Describe<T>::check(as<T>(spec)); };
  type.fields.reserve(field_count<T>);
  each_field<T>([&](const auto& f) { type.fields.push_back(field_of(f, defaults)); });
  return type;
}

// The table of their addresses instantiates the functions for every spec.
template <class... T>
std::span<const SpecType* const> all_of(TypeList<T...>) {
  static constexpr std::array<const SpecType& (*)(), sizeof...(T)> types{&spec_type<T>...};
  static const auto all = [] {
    std::array<const SpecType*, sizeof...(T)> found{};
    for (std::size_t i = 0; i < found.size(); ++i) found[i] = &types[i]();
    return found;
  }();
  return all;
}

}  // namespace

template <Described T>
const SpecType& spec_type() {
  static const SpecType type = make_spec_type<T>();
  return type;
}

std::string_view SpecType::said_elsewhere(std::string_view field) const {
  for (const Misplaced& misplaced : elsewhere)
    if (misplaced.name == field) return misplaced.instead;
  return {};
}

std::span<const SpecType* const> all_spec_types() { return all_of(AllSpecs{}); }

bool equal(const ValueType& type, const void* a, const void* b) {
  switch (type.kind) {
    case ValueKind::number: return as<double>(a) == as<double>(b);
    case ValueKind::truth: return as<bool>(a) == as<bool>(b);
    case ValueKind::text: return as<std::string>(a) == as<std::string>(b);
    case ValueKind::spec: return equal(type.spec_of(a), a, b);
    default: break;
  }
  const std::int64_t count = type.count(a);
  if (type.count(b) != count) return false;
  if (type.kind == ValueKind::variant) return equal(type.spec_of(a), type.part_of(a, 0), type.part_of(b, 0));
  if (type.inner == nullptr) return true;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    if (!equal(*type.inner, type.part_of(a, i), type.part_of(b, i))) return false;
  return true;
}

bool equal(const SpecType& type, const void* a, const void* b) {
  return std::ranges::all_of(type.fields, [&](const SpecField& f) { return equal(*f.type, f.in(a), f.in(b)); });
}

}  // namespace farbell
