// Reading a spec from a Value by its field table.
#include <algorithm>
#include <cmath>
#include <limits>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"
#include "farbell/base/units.hpp"
#include "farbell/simulation/range_text.hpp"
#include "farbell/simulation/spec_value.hpp"

namespace farbell {
namespace {

[[noreturn]] void fail(const Value& found, const std::string& allowed, const Where& at) {
  throw SpecError(at.pointer(), found_text(found), allowed);
}

using Names = std::vector<std::string_view>;

std::string list_of_names(const Names& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + in_quotes(names[i]);
  return text;
}

std::string nearest_of(const std::string& wanted, const Names& names) {
  const std::string nearest = nearest_name(wanted, names);
  return nearest.empty() ? nearest : in_quotes(nearest);
}

double read_number(const Value& value, const SpecField& field, const Where& at) {
  double number = std::numeric_limits<double>::quiet_NaN();
  if (const auto* x = value.as<double>()) {
    number = *x;
  } else if (const auto* i = value.as<std::int64_t>()) {
    number = static_cast<double>(*i);
  } else if (const auto* u = value.as<std::uint64_t>()) {
    number = static_cast<double>(*u);
  } else if (const auto* text = value.as<std::string>(); text != nullptr && !field.unit.empty()) {
    try {
      number = parse_quantity(*text, field.unit);
    } catch (const SpecError& error) {
      throw SpecError(at.pointer(), error.found, error.allowed, error.nearest);
    }
  } else {
    fail(value, number_allowed(field.range, field.unit), at);
  }
  if (!std::isfinite(number) || !field.range.contains(number)) fail(value, number_allowed(field.range, field.unit), at);
  return number + 0.0;  // no negative zero: equal specs are written alike
}

std::int64_t read_integer(const Value& value, const SpecField& field, const Where& at) {
  std::int64_t number = 0;
  if (const auto* i = value.as<std::int64_t>()) {
    number = *i;
  } else if (const auto* x = value.as<double>(); x != nullptr && std::trunc(*x) == *x && std::abs(*x) < 0x1p63) {
    number = static_cast<std::int64_t>(*x);
  } else {
    fail(value, integer_allowed(field.range), at);
  }
  if (!field.range.contains(static_cast<double>(number))) fail(value, integer_allowed(field.range), at);
  return number;
}

bool read_bool(const Value& value, const Where& at) {
  if (const auto* x = value.as<bool>()) return *x;
  fail(value, "true or false", at);
}

std::string read_text(const Value& value, const SpecField& field, const Where& at) {
  const auto* text = value.as<std::string>();
  if (text == nullptr || !field.range.contains(static_cast<double>(text->size()))) fail(value, text_allowed(field.range), at);
  return *text;
}

const Value::Array& read_list(const Value& value, const Where& at) {
  if (const auto* list = value.as<Value::Array>()) return *list;
  fail(value, "a list", at);
}

const Value::Array& read_list_of(std::size_t size, const Value& value, const Where& at) {
  const auto* list = value.as<Value::Array>();
  const std::string allowed = "a list of " + std::to_string(size);
  if (list == nullptr) fail(value, allowed, at);
  if (list->size() != size) throw SpecError(at.pointer(), "a list of " + std::to_string(list->size()), allowed);
  return *list;
}

const Value::Object& read_object(const Value& value, std::string_view what, const Where& at) {
  if (const auto* object = value.as<Value::Object>()) return *object;
  fail(value, "an object (" + std::string(what) + ")", at);
}

std::size_t read_choice(const Value& value, const Names& names, const Where& at) {
  const auto* text = value.as<std::string>();
  if (text == nullptr) fail(value, list_of_names(names), at);
  const auto name = std::ranges::find(names, *text);
  if (name == names.end()) throw SpecError(at.pointer(), found_text(value), list_of_names(names), nearest_of(*text, names));
  return static_cast<std::size_t>(name - names.begin());
}

// The number of the alternative that an object's "kind" names.
std::size_t read_kind(const Value& value, const Names& kinds, const Where& at) {
  if (value.as<Value::Object>() == nullptr) fail(value, "an object whose \"kind\" is " + list_of_names(kinds), at);
  const Value* kind = value.find("kind");
  const Where here(at, "kind");
  if (kind == nullptr) throw SpecError(here.pointer(), "nothing", list_of_names(kinds));
  return read_choice(*kind, kinds, here);
}

Names names_of(const std::vector<NamedChoice>& choices) {
  Names names;
  for (const NamedChoice& choice : choices) names.push_back(choice.name);
  return names;
}

[[noreturn]] void fail_unknown(const SpecType& type, std::string_view key, const Where& at) {
  if (const std::string_view instead = type.said_elsewhere(key); !instead.empty())
    throw SpecError(at.pointer(), "the field " + in_quotes(shortened(key)), std::string(instead));
  Names known;
  if (!type.kind.empty()) known.push_back("kind");
  if (!type.schema_key.empty()) known.push_back(type.schema_key);
  for (const SpecField& f : type.fields) known.push_back(f.name);
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  throw SpecError(at.pointer(), "the unknown field " + in_quotes(shortened(key)), "the fields of " + std::string(type.name) + ": " + names,
                  nearest_name(key, known));
}

void read_struct(const SpecType& type, void* out, const Value& value, Origin origin, const Where& at);

void read_parts(const ValueType& type, void* out, const Value::Array& list, const SpecField& field, Origin origin, const Where& at);

// `field` says what the content has to keep to, in lists as well.
void read(const ValueType& type, void* out, const Value& value, const SpecField& field, Origin origin, const Where& at) {
  switch (type.kind) {
    case ValueKind::number: *static_cast<double*>(out) = read_number(value, field, at); break;
    case ValueKind::integer: type.set_count(out, read_integer(value, field, at)); break;
    case ValueKind::truth: *static_cast<bool*>(out) = read_bool(value, at); break;
    case ValueKind::text: *static_cast<std::string*>(out) = read_text(value, field, at); break;
    case ValueKind::choice: type.set_count(out, static_cast<std::int64_t>(read_choice(value, names_of(type.choices), at))); break;
    case ValueKind::optional:
      type.set_count(out, value.is_null() ? 0 : 1);
      if (!value.is_null()) read(*type.inner, type.part(out, 0), value, field, origin, at);
      break;
    case ValueKind::list: {
      const Value::Array& list = read_list(value, at);
      type.set_count(out, static_cast<std::int64_t>(list.size()));
      read_parts(type, out, list, field, origin, at);
      break;
    }
    case ValueKind::fixed_list: read_parts(type, out, read_list_of(static_cast<std::size_t>(type.count(out)), value, at), field, origin, at); break;
    case ValueKind::variant: {
      Names kinds;
      for (const SpecType* alternative : type.specs) kinds.push_back(alternative->kind);
      type.set_count(out, static_cast<std::int64_t>(read_kind(value, kinds, at)));
      read_struct(type.spec_of(out), type.part(out, 0), value, origin, at);
      break;
    }
    case ValueKind::spec: read_struct(type.spec_of(out), out, value, origin, at); break;
  }
}

void read_parts(const ValueType& type, void* out, const Value::Array& list, const SpecField& field, Origin origin, const Where& at) {
  for (std::size_t i = 0; i < list.size(); ++i) read(*type.inner, type.part(out, i), list[i], field, origin, Where(at, i));
}

// Whether the member is one that says what the object is, and no field.
bool is_label(const SpecType& type, const Member& member, Origin origin, const Where& here) {
  if (member.key == "kind" && !type.kind.empty()) {
    const auto* kind = member.value.as<std::string>();
    if (kind == nullptr || *kind != type.kind) fail(member.value, in_quotes(type.kind), here);
    return true;
  }
  if (origin != Origin::file || type.schema_key.empty() || member.key != type.schema_key) return false;
  if (member.value.as<std::string>() == nullptr) fail(member.value, text_allowed(unbounded), here);
  return true;
}

void read_struct(const SpecType& type, void* out, const Value& value, Origin origin, const Where& at) {
  const Value::Object& object = read_object(value, type.name, at);
  std::uint64_t seen = 0;  // a bit a field
  for (const Member& member : object) {
    const Where here(at, member.key);
    if (is_label(type, member, origin, here)) continue;
    const auto f = std::ranges::find(type.fields, member.key, &SpecField::name);
    if (f == type.fields.end()) fail_unknown(type, member.key, here);
    seen |= std::uint64_t{1} << (f - type.fields.begin());
    read(*f->type, f->in(out), member.value, *f, origin, here);
  }
  for (const SpecField& f : type.fields) {
    const bool needed = f.need == Need::always || (f.need == Need::in_files && origin == Origin::file);
    if (needed && (seen >> (&f - type.fields.data()) & 1) == 0)
      throw SpecError(Where(at, f.name).pointer(), "nothing", "the required field of " + std::string(type.name) + ": " + std::string(f.doc));
  }
  if (type.check == nullptr) return;
  try {
    type.check(out);
  } catch (const SpecError& error) {
    throw SpecError(at.pointer() + error.path, error.found, error.allowed, error.nearest);
  }
}

}  // namespace

void read_spec(const SpecType& type, void* spec, const Value& value, Origin origin) { read_struct(type, spec, value, origin, Where()); }

}  // namespace farbell
