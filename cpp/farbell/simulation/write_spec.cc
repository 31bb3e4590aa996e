// Writing a spec into a Value by its field table.
#include "farbell/simulation/spec_value.hpp"

namespace farbell {
namespace {

bool is_empty(const ValueType& type, const void* value) {
  switch (type.kind) {
    case ValueKind::text: return static_cast<const std::string*>(value)->empty();
    case ValueKind::optional:
    case ValueKind::list: return type.count(value) == 0;
    default: return false;
  }
}

Value parts(const ValueType& type, const void* value, Empties empties) {
  Value::Array list;
  const auto size = static_cast<std::size_t>(type.count(value));
  list.reserve(size);
  for (std::size_t i = 0; i < size; ++i) list.push_back(write_value(*type.inner, type.part_of(value, i), empties));
  return list;
}

}  // namespace

Value write_value(const ValueType& type, const void* value, Empties empties) {
  switch (type.kind) {
    case ValueKind::number: return *static_cast<const double*>(value);
    case ValueKind::integer: return type.count(value);
    case ValueKind::truth: return *static_cast<const bool*>(value);
    case ValueKind::text: return *static_cast<const std::string*>(value);
    case ValueKind::choice: return type.choices[static_cast<std::size_t>(type.count(value))].name;
    case ValueKind::optional: return type.count(value) == 0 ? Value() : write_value(*type.inner, type.part_of(value, 0), empties);
    case ValueKind::list:
    case ValueKind::fixed_list: return parts(type, value, empties);
    case ValueKind::variant: return write_spec(type.spec_of(value), type.part_of(value, 0), empties);
    case ValueKind::spec: break;
  }
  return write_spec(type.spec_of(value), value, empties);
}

Value write_spec(const SpecType& type, const void* spec, Empties empties) {
  Value::Object object;
  object.reserve(type.fields.size() + 1);
  if (!type.kind.empty()) object.push_back({"kind", Value(type.kind)});
  for (const SpecField& f : type.fields) {
    const bool left_out = empties == Empties::omit && f.need == Need::optional && is_empty(*f.type, f.in(spec)) && is_empty(*f.type, f.in(type.defaults));
    if (!left_out) object.push_back({std::string(f.name), write_value(*f.type, f.in(spec), empties)});
  }
  return object;
}

}  // namespace farbell
