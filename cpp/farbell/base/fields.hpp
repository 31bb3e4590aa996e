// Field tables: the one definition of a scenario's parameters. Reading, writing, the JSON Schema, the Python classes and
// the parameter tables of the documentation are all made from `Describe<T>`, which stands beside the struct T.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace farbell {

// What a field may hold. For text the bounds are on its length; for a list they are on every element.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool open_low = false;
  bool open_high = false;

  constexpr bool contains(double x) const {
    return (open_low ? x > low : x >= low) && (open_high ? x < high : x <= high);
  }
};

inline constexpr Range unbounded{};
inline constexpr Range non_negative{.low = 0};
inline constexpr Range positive{.low = 0, .open_low = true};
inline constexpr Range unit_interval{.low = 0, .high = 1};
inline constexpr Range non_empty{.low = 1};
constexpr Range at_least(double low) { return {.low = low}; }
constexpr Range within(double low, double high) { return {.low = low, .high = high}; }

enum class Need {
  optional,  // has a default
  in_files,  // a scenario file must state it; a call need not
  always,
};

// How a parameter of hardware gets better by a factor k >= 1, by the convention of requirement studies: docs/physics/requirements.md
enum class Improvement : std::uint8_t {
  none,             // it does not: a length, a duration, a choice
  probability,      // of no error: p^(1/k)
  time_constant,    // k times as long
  rate,             // of errors: 1/k of it
  phase_deviation,  // 1/sqrt(k) of it
};
constexpr std::string_view improvement_name(Improvement improvement) {
  constexpr std::array<std::string_view, 5> names{"none", "probability", "time_constant", "rate", "phase_deviation"};
  return names[static_cast<std::size_t>(improvement)];
}

template <class T, class M>
struct Field {
  std::string_view name;
  M T::*member;
  std::string_view unit;  // "" = dimensionless; see units.hpp for the others
  Range range;
  std::string_view doc;
  Need need = Need::optional;
  Improvement improvement = Improvement::none;

  using Type = M;

  constexpr Field improves(Improvement as) const {
    Field f = *this;
    f.improvement = as;
    return f;
  }
};

template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::*member, std::string_view unit, Range range, std::string_view doc) {
  return {name, member, unit, range, doc};
}
template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::*member, Range range, std::string_view doc) {
  return {name, member, {}, range, doc};
}
template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::*member, std::string_view doc) {
  return {name, member, {}, unbounded, doc};
}
template <class T, class M>
constexpr Field<T, M> required(Field<T, M> f, Need need = Need::always) {
  f.need = need;
  return f;
}

// One specialisation a struct: `name`, `doc`, `fields` (a tuple of Field). An alternative of a variant also has `kind`, the
// word that names it in a scenario. A struct whose fields bind each other has `static void check(const T&)`, which throws
// a SpecError whose path starts at the struct.
// Fields that belong elsewhere, and easily stand here by mistake, are an array `elsewhere` of Misplaced.
// One specialisation an enumeration: `name`, `values` (an array of Choice).
template <class T>
struct Describe;

struct Misplaced {
  std::string_view name;
  std::string_view instead;
};

template <class E>
struct Choice {
  E value;
  std::string_view name;
  std::string_view doc;
};

template <class T>
concept Described = requires { Describe<T>::fields; };
template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires { Describe<T>::values; };
template <class T>
concept Alternative = Described<T> && requires { Describe<T>::kind; };
template <class T>
concept Checked = requires(const T& t) { Describe<T>::check(t); };

template <class T>
inline constexpr bool is_optional = false;
template <class V>
inline constexpr bool is_optional<std::optional<V>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class V>
inline constexpr bool is_list<std::vector<V>> = true;
template <class T>
inline constexpr bool is_fixed_list = false;
template <class V, std::size_t N>
inline constexpr bool is_fixed_list<std::array<V, N>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... A>
inline constexpr bool is_variant<std::variant<A...>> = true;

template <Described T>
inline constexpr std::size_t field_count = std::tuple_size_v<std::remove_cvref_t<decltype(Describe<T>::fields)>>;

template <Described T, class F>
constexpr void each_field(F&& use) {
  std::apply([&](const auto&... f) { (use(f), ...); }, Describe<T>::fields);
}

template <DescribedEnum E>
constexpr std::string_view choice_name(E value) {
  for (const auto& choice : Describe<E>::values)
    if (choice.value == value) return choice.name;
  return {};
}

}  // namespace farbell
