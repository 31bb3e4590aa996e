// Specs as data: what field tables say, and how to reach what a spec holds without its C++ type. Reading, writing, the JSON Schema,
// the parameter tables and the Python classes work on this, so that each of them is compiled once and not once a spec.
#pragma once
#include <span>

#include "farbell/base/fields.hpp"

namespace farbell {

struct SpecType;

enum class ValueKind : std::uint8_t { number, integer, truth, text, choice, optional, list, fixed_list, variant, spec };

struct NamedChoice {
  std::string_view name;
  std::string_view doc;
};

// What a field may hold. A number is a double, a truth a bool, a text a std::string.
struct ValueType {
  ValueKind kind{};
  // Of an integer its value, of a choice or variant the number of what is chosen, of an optional or list how many parts it has. Parts
  // that are set hold their defaults.
  std::int64_t (*count)(const void* value) = nullptr;
  void (*set_count)(void* value, std::int64_t count) = nullptr;
  // An element, what an optional holds, the alternative that a variant holds.
  void* (*part)(void* value, std::size_t i) = nullptr;

  const ValueType* inner = nullptr;      // of an optional or list
  std::vector<NamedChoice> choices{};    // of a choice
  std::vector<const SpecType*> specs{};  // the alternatives of a variant; a spec's own type alone
  std::string_view preset{};             // of a variant: the definition of what a file may state instead (file_words.hpp)

  const void* part_of(const void* value, std::size_t i) const { return part(const_cast<void*>(value), i); }
  // The spec that a variant, or a spec, holds; the place is part_of(value, 0), or the value's own.
  const SpecType& spec_of(const void* value) const { return *specs[kind == ValueKind::variant ? static_cast<std::size_t>(count(value)) : 0]; }
};

// So that a bit a field fits a word.
inline constexpr std::size_t most_fields = 64;

struct SpecField {
  std::string_view name;
  std::string_view unit;
  Range range;
  std::string_view doc;
  Need need;
  Improvement improvement;
  const ValueType* type;
  std::ptrdiff_t offset;  // of the member in the spec

  const void* in(const void* spec) const { return static_cast<const std::byte*>(spec) + offset; }
  void* in(void* spec) const { return static_cast<std::byte*>(spec) + offset; }
};

struct SpecType {
  std::string_view name;
  std::string_view doc;
  std::string_view kind{};        // of an alternative
  std::string_view schema_key{};  // of what a whole file holds: WholeFile
  bool platform = false;          // a file may name published hardware: file_words.hpp
  std::span<const Misplaced> elsewhere{};
  std::vector<SpecField> fields{};
  const void* defaults = nullptr;        // a spec as it is before anything is stated
  void (*check)(const void*) = nullptr;  // null pointer where its fields do not bind each other

  // What is to be said of a field that belongs elsewhere; empty for any other.
  std::string_view said_elsewhere(std::string_view field) const;
};

// Of each spec in AllSpecs.
template <Described T>
const SpecType& spec_type();
std::span<const SpecType* const> all_spec_types();

bool equal(const ValueType& type, const void* a, const void* b);
bool equal(const SpecType& type, const void* a, const void* b);

}  // namespace farbell
