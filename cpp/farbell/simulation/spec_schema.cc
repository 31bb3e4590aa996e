// JSON Schema (draft 2020-12) from the field tables.
#include <cmath>

#include "farbell/base/units.hpp"
#include "farbell/simulation/file_words.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/spec_json.hpp"
#include "farbell/simulation/spec_value.hpp"

namespace farbell {
namespace {

using Object = Value::Object;
using Array = Value::Array;

void add_range(Object& schema, const Range& range) {
  if (std::isfinite(range.low)) schema.push_back({range.open_low ? "exclusiveMinimum" : "minimum", Value(range.low)});
  if (std::isfinite(range.high)) schema.push_back({range.open_high ? "exclusiveMaximum" : "maximum", Value(range.high)});
}

Value reference(std::string_view name) { return Object{{"$ref", Value("#/$defs/" + std::string(name))}}; }

Object number_schema(const SpecField& field) {
  Object number{{"type", "number"}};
  add_range(number, field.range);
  if (field.unit.empty()) return number;
  Object text{{"type", "string"}, {"pattern", Value(units_pattern(field.unit))}};
  return {{"anyOf", Array{std::move(number), std::move(text)}}};
}

Object integer_schema(const Range& range) {
  Object schema{{"type", "integer"}};
  add_range(schema, range);
  if (!std::isfinite(range.high)) schema.push_back({"maximum", Value(std::numeric_limits<std::int64_t>::max())});
  return schema;
}

Object type_schema(const ValueType& type, const SpecField& field) {
  switch (type.kind) {
    case ValueKind::number: return number_schema(field);
    case ValueKind::integer: return integer_schema(field.range);
    case ValueKind::truth: return {{"type", "boolean"}};
    case ValueKind::text: {
      Object schema{{"type", "string"}};
      if (field.range.low > 0) schema.push_back({"minLength", Value(field.range.low)});
      return schema;
    }
    case ValueKind::choice: {
      Array choices;
      for (const NamedChoice& choice : type.choices)
        choices.push_back(Object{{"const", Value(choice.name)}, {"description", Value(choice.doc)}});
      return {{"oneOf", std::move(choices)}};
    }
    case ValueKind::optional: return {{"anyOf", Array{type_schema(*type.inner, field), Object{{"type", "null"}}}}};
    case ValueKind::list: return {{"type", "array"}, {"items", type_schema(*type.inner, field)}};
    case ValueKind::fixed_list: {
      const Value size(type.count(nullptr));
      return {{"type", "array"}, {"items", type_schema(*type.inner, field)}, {"minItems", size}, {"maxItems", size}};
    }
    case ValueKind::variant: {
      Array choices;
      for (const SpecType* alternative : type.specs) choices.push_back(reference(alternative->name));
      if (!type.preset.empty()) choices.push_back(reference(type.preset));
      return {{"oneOf", std::move(choices)}};
    }
    case ValueKind::spec: break;
  }
  return {{"$ref", Value("#/$defs/" + std::string(type.specs.front()->name))}};
}

Object struct_schema(const SpecType& type) {
  Object properties;
  Array needed;
  if (!type.kind.empty()) {
    properties.push_back({"kind", Object{{"const", Value(type.kind)}}});
    needed.push_back("kind");
  }
  if (!type.schema_key.empty()) {
    properties.push_back({std::string(type.schema_key),
                          Object{{"type", "string"}, {"description", "Where this schema is, for editors."}}});
    properties.push_back({"devices", parse_json(devices_word)});
  }
  if (type.platform) properties.push_back({"platform", parse_json(platform_word)});
  for (const SpecField& f : type.fields) {
    Object schema = type_schema(*f.type, f);
    schema.push_back({"description", Value(f.doc)});
    if (!f.unit.empty()) schema.push_back({"x-unit", Value(f.unit)});
    if (f.improvement != Improvement::none) schema.push_back({"x-improvement", Value(improvement_name(f.improvement))});
    if (f.need == Need::optional)
      schema.push_back({"default", write_value(*f.type, f.in(type.defaults), Empties::omit)});
    else
      needed.push_back(Value(f.name));
    properties.push_back({std::string(f.name), std::move(schema)});
  }
  Object schema{{"type", "object"},
                {"title", Value(type.name)},
                {"description", Value(type.doc)},
                {"additionalProperties", Value(false)},
                {"properties", std::move(properties)}};
  if (!needed.empty()) schema.push_back({"required", std::move(needed)});
  return schema;
}

Object definitions(const SpecType& whole) {
  Object all;
  for (const SpecType* type : all_spec_types())
    if (type != &whole) all.push_back({std::string(type->name), struct_schema(*type)});
  const Value more = parse_json(file_definitions);
  for (const Member& member : *more.as<Object>()) all.push_back(member);
  return all;
}

}  // namespace

std::string scenario_schema() {
  Object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  const SpecType& scenario = spec_type<ScenarioSpec>();
  for (Member& member : struct_schema(scenario)) schema.push_back(std::move(member));
  schema.push_back({"$defs", definitions(scenario)});
  return pretty_json(schema) + "\n";
}

}  // namespace farbell
