#include "farbell/simulation/read_spec.hpp"

#include <cmath>
#include <limits>

#include "farbell/base/text.hpp"
#include "farbell/base/units.hpp"
#include "farbell/simulation/range_text.hpp"

namespace farbell::reading {
namespace {

[[noreturn]] void fail(const Value& found, const std::string& allowed, const Where& at) {
  throw SpecError(at.pointer(), found_text(found), allowed);
}

std::string list_of_names(const std::string_view* names, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : i + 1 == count ? " or " : ", ") + in_quotes(names[i]);
  return text;
}

std::string nearest_of(const std::string& wanted, const std::string_view* names, std::size_t count) {
  Nearest nearest(wanted);
  for (std::size_t i = 0; i < count; ++i) nearest.offer(names[i]);
  return nearest.best().empty() ? std::string() : in_quotes(nearest.best());
}

}  // namespace

double read_number(const Value& value, const Bounds& bounds, const Where& at) {
  double number = std::numeric_limits<double>::quiet_NaN();
  if (const auto* x = value.as<double>()) {
    number = *x;
  } else if (const auto* i = value.as<std::int64_t>()) {
    number = static_cast<double>(*i);
  } else if (const auto* u = value.as<std::uint64_t>()) {
    number = static_cast<double>(*u);
  } else if (const auto* text = value.as<std::string>(); text != nullptr && !bounds.unit.empty()) {
    try {
      number = parse_quantity(*text, bounds.unit);
    } catch (const SpecError& error) {
      throw SpecError(at.pointer(), error.found, error.allowed, error.nearest);
    }
  } else {
    fail(value, number_allowed(bounds.range, bounds.unit), at);
  }
  if (!std::isfinite(number) || !bounds.range.contains(number)) fail(value, number_allowed(bounds.range, bounds.unit), at);
  return number + 0.0;  // no negative zero: equal specs are written alike
}

std::int64_t read_integer(const Value& value, const Bounds& bounds, const Where& at) {
  std::int64_t number = 0;
  if (const auto* i = value.as<std::int64_t>()) {
    number = *i;
  } else if (const auto* x = value.as<double>(); x != nullptr && std::trunc(*x) == *x && std::abs(*x) < 0x1p63) {
    number = static_cast<std::int64_t>(*x);
  } else {
    fail(value, integer_allowed(bounds.range), at);
  }
  if (!bounds.range.contains(static_cast<double>(number))) fail(value, integer_allowed(bounds.range), at);
  return number;
}

bool read_bool(const Value& value, const Where& at) {
  if (const auto* x = value.as<bool>()) return *x;
  fail(value, "true or false", at);
}

std::string read_text(const Value& value, const Bounds& bounds, const Where& at) {
  const auto* text = value.as<std::string>();
  if (text == nullptr || !bounds.range.contains(static_cast<double>(text->size()))) fail(value, text_allowed(bounds.range), at);
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

std::size_t read_choice(const Value& value, const std::string_view* names, std::size_t count, const Where& at) {
  const auto* text = value.as<std::string>();
  if (text == nullptr) fail(value, list_of_names(names, count), at);
  const auto* name = std::find(names, names + count, *text);
  if (name == names + count)
    throw SpecError(at.pointer(), found_text(value), list_of_names(names, count), nearest_of(*text, names, count));
  return static_cast<std::size_t>(name - names);
}

std::size_t read_kind(const Value& value, const std::string_view* kinds, std::size_t count, const Where& at) {
  if (value.as<Value::Object>() == nullptr)
    fail(value, "an object whose \"kind\" is " + list_of_names(kinds, count), at);
  const Value* kind = value.find("kind");
  const Where here(at, "kind");
  if (kind == nullptr) throw SpecError(here.pointer(), "nothing", list_of_names(kinds, count));
  return read_choice(*kind, kinds, count, here);
}

void fail_unknown(std::string_view what, std::string_view key, const std::vector<std::string_view>& known, const Where& at) {
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  throw SpecError(at.pointer(), "the unknown field " + in_quotes(shortened(key)),
                  "the fields of " + std::string(what) + ": " + names, nearest_name(key, known));
}

void fail_elsewhere(std::string_view key, std::string_view instead, const Where& at) {
  throw SpecError(at.pointer(), "the field " + in_quotes(shortened(key)), std::string(instead));
}

void fail_missing(std::string_view what, std::string_view doc, const Where& at) {
  throw SpecError(at.pointer(), "nothing", "the required field of " + std::string(what) + ": " + std::string(doc));
}

void fail_kind(const Value& found, std::string_view kind, const Where& at) { fail(found, in_quotes(kind), at); }

}  // namespace farbell::reading
