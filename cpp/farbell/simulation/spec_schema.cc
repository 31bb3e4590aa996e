// JSON Schema (draft 2020-12) from the field tables.
#include <cmath>

#include "farbell/base/units.hpp"
#include "farbell/simulation/file_words.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/spec_json.hpp"
#include "farbell/simulation/write_spec.hpp"

namespace farbell {
namespace {

using Object = Value::Object;
using Array = Value::Array;

// What a field's table entry says about its content.
struct Bounds {
  std::string_view unit;
  Range range;
};

void add_range(Object& schema, const Range& range) {
  if (std::isfinite(range.low)) schema.push_back({range.open_low ? "exclusiveMinimum" : "minimum", Value(range.low)});
  if (std::isfinite(range.high)) schema.push_back({range.open_high ? "exclusiveMaximum" : "maximum", Value(range.high)});
}

Value reference(std::string_view name) { return Object{{"$ref", Value("#/$defs/" + std::string(name))}}; }

Object number_schema(const Bounds& bounds) {
  Object number{{"type", "number"}};
  add_range(number, bounds.range);
  if (bounds.unit.empty()) return number;
  Object text{{"type", "string"}, {"pattern", Value(units_pattern(bounds.unit))}};
  return {{"anyOf", Array{std::move(number), std::move(text)}}};
}

template <class V>
Object type_schema(const Bounds& bounds) {
  if constexpr (is_optional<V>) {
    return {{"anyOf", Array{type_schema<typename V::value_type>(bounds), Object{{"type", "null"}}}}};
  } else if constexpr (Described<V>) {
    return {{"$ref", Value("#/$defs/" + std::string(Describe<V>::name))}};
  } else if constexpr (is_variant<V>) {
    return []<class... A>(std::variant<A...>*) {
      Array choices{reference(Describe<A>::name)...};
      if constexpr (std::is_same_v<V, GenerationSpec>) choices.push_back(reference("GenerationPreset"));
      if constexpr (std::is_same_v<V, InterfaceSpec>) choices.push_back(reference("InterfacePreset"));
      return Object{{"oneOf", std::move(choices)}};
    }(static_cast<V*>(nullptr));
  } else if constexpr (is_list<V>) {
    return {{"type", "array"}, {"items", type_schema<typename V::value_type>(bounds)}};
  } else if constexpr (is_fixed_list<V>) {
    const Value size(static_cast<std::int64_t>(std::tuple_size_v<V>));
    return {{"type", "array"}, {"items", type_schema<typename V::value_type>(bounds)}, {"minItems", size}, {"maxItems", size}};
  } else if constexpr (DescribedEnum<V>) {
    Array choices;
    for (const auto& choice : Describe<V>::values)
      choices.push_back(Object{{"const", Value(choice.name)}, {"description", Value(choice.doc)}});
    return {{"oneOf", std::move(choices)}};
  } else if constexpr (std::is_same_v<V, std::string>) {
    Object schema{{"type", "string"}};
    if (bounds.range.low > 0) schema.push_back({"minLength", Value(bounds.range.low)});
    return schema;
  } else if constexpr (std::is_same_v<V, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<V>) {
    Object schema{{"type", "integer"}};
    add_range(schema, bounds.range);
    if (!std::isfinite(bounds.range.high))
      schema.push_back({"maximum", Value(std::numeric_limits<std::int64_t>::max())});
    return schema;
  } else {
    return number_schema(bounds);
  }
}

template <Described T>
Object struct_schema() {
  const T defaults{};
  Object properties;
  Array needed;
  if constexpr (Alternative<T>) {
    properties.push_back({"kind", Object{{"const", Value(Describe<T>::kind)}}});
    needed.push_back("kind");
  }
  if constexpr (WholeFile<T>) {
    properties.push_back({std::string(Describe<T>::schema_key),
                          Object{{"type", "string"}, {"description", "Where this schema is, for editors."}}});
    properties.push_back({"devices", parse_json(devices_word)});
  }
  if constexpr (takes_platform<T>) properties.push_back({"platform", parse_json(platform_word)});
  each_field<T>([&](const auto& f) {
    using V = typename std::remove_cvref_t<decltype(f)>::Type;
    Object schema = type_schema<V>(Bounds{f.unit, f.range});
    schema.push_back({"description", Value(f.doc)});
    if (!f.unit.empty()) schema.push_back({"x-unit", Value(f.unit)});
    if (f.improvement != Improvement::none) schema.push_back({"x-improvement", Value(improvement_name(f.improvement))});
    if (f.need == Need::optional)
      schema.push_back({"default", writing::write(defaults.*f.member, Empties::omit)});
    else
      needed.push_back(Value(f.name));
    properties.push_back({std::string(f.name), std::move(schema)});
  });
  Object schema{{"type", "object"},
                {"title", Value(Describe<T>::name)},
                {"description", Value(Describe<T>::doc)},
                {"additionalProperties", Value(false)},
                {"properties", std::move(properties)}};
  if (!needed.empty()) schema.push_back({"required", std::move(needed)});
  return schema;
}

template <class... T>
Object definitions(TypeList<T...>) {
  Object all;
  const auto add = [&]<class S>(S*) {
    if constexpr (!std::is_same_v<S, ScenarioSpec>) all.push_back({std::string(Describe<S>::name), struct_schema<S>()});
  };
  (add(static_cast<T*>(nullptr)), ...);
  const Value more = parse_json(file_definitions);
  for (const Member& member : *more.as<Object>()) all.push_back(member);
  return all;
}

}  // namespace

std::string scenario_schema() {
  Object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  for (Member& member : struct_schema<ScenarioSpec>()) schema.push_back(std::move(member));
  schema.push_back({"$defs", definitions(AllSpecs{})});
  return pretty_json(schema) + "\n";
}

}  // namespace farbell
