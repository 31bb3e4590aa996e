#include "farbell/simulation/value.hpp"

#include <utility>

#include "farbell/base/text.hpp"
#include "farbell/simulation/json_text.hpp"

namespace farbell {

Value::Value() = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

Value::Value(std::string x) : data(std::move(x)) {}
Value::Value(std::string_view x) : data(std::string(x)) {}
Value::Value(const char* x) : data(std::string(x)) {}
Value::Value(Array x) : data(std::move(x)) {}
Value::Value(Object x) : data(std::move(x)) {}
Value::Value(Foreign x) : data(std::move(x)) {}

const Value* Value::find(std::string_view key) const {
  if (const auto* object = as<Object>())
    for (const Member& member : *object)
      if (member.key == key) return &member.value;
  return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

void append_step(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

std::string Where::pointer() const {
  if (outer == nullptr) return {};
  std::string text = outer->pointer();
  if (in_list)
    text += "/" + std::to_string(index);
  else
    append_step(text, shortened(key));
  return text;
}

std::string found_text(const Value& value) {
  if (const auto* foreign = value.as<Value::Foreign>()) return shortened(foreign->what);
  if (const auto* text = value.as<std::string>()) return in_quotes(shortened(*text));
  if (const auto* list = value.as<Value::Array>())
    if (list->empty()) return "an empty list";
  return shortened(compact_json(value, 80));
}

}  // namespace farbell
