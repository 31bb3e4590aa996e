// Markdown parameter tables from the field tables.
#include "farbell/base/units.hpp"
#include "farbell/protocols/decisions.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/range_text.hpp"
#include "farbell/simulation/spec_json.hpp"
#include "farbell/simulation/spec_value.hpp"

namespace farbell {
namespace {

std::string link_to(std::string_view name) {
  std::string anchor;
  for (const char c : name) anchor += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return "[" + std::string(name) + "](#" + anchor + ")";
}

std::string listed(std::string words, const std::string& one) { return words.empty() ? one : std::move(words) + ", " + one; }

std::string type_words(const ValueType& type) {
  std::string words;
  switch (type.kind) {
    case ValueKind::number: return "number";
    case ValueKind::integer: return "whole number";
    case ValueKind::truth: return "true or false";
    case ValueKind::text: return "text";
    case ValueKind::choice:
      for (const NamedChoice& choice : type.choices) words = listed(std::move(words), "`" + std::string(choice.name) + "`");
      return words;
    case ValueKind::optional: return type_words(*type.inner) + " or null";
    case ValueKind::list: return "list of " + type_words(*type.inner);
    case ValueKind::fixed_list: return std::to_string(type.count(nullptr)) + " x " + type_words(*type.inner);
    case ValueKind::variant:
    case ValueKind::spec:
      for (const SpecType* spec : type.specs) words = listed(std::move(words), link_to(spec->name));
      return words;
  }
  return words;
}

// "|" would end a cell of the table.
std::string escaped(const std::string& cell) {
  std::string text;
  for (const char c : cell) text += c == '|' ? std::string("\\|") : std::string(1, c);
  return text;
}

void add_table(std::string& page, const SpecType& type) {
  page += "\n## " + std::string(type.name) + "\n\n" + std::string(type.doc) + "\n\n";
  page += "| field | type | unit | range | default | meaning |\n|---|---|---|---|---|---|\n";
  if (!type.kind.empty()) page += "| `kind` | `" + std::string(type.kind) + "` | | | required | Says which alternative this is. |\n";
  for (const SpecField& f : type.fields) {
    const bool text = f.type->kind == ValueKind::text || (f.type->kind == ValueKind::list && f.type->inner->kind == ValueKind::text);
    std::string meaning(f.doc);
    // A field whose values have names tells what each of them means.
    for (const NamedChoice& choice : f.type->choices) meaning += "<br>`" + std::string(choice.name) + "`: " + std::string(choice.doc) + ".";
    if (f.improvement != Improvement::none)
      meaning += " [Improves](../physics/requirements.md) as `" + std::string(improvement_name(f.improvement)) + "`.";
    const std::string initial =
        f.need == Need::optional ? "`" + compact_json(write_value(*f.type, f.in(type.defaults), Empties::omit)) + "`" : "required";
    const std::string range = text ? (f.range.low > 0 ? "not empty" : "") : range_text(f.range);
    page += "| `" + std::string(f.name) + "` | " + type_words(*f.type) + " | " + std::string(f.unit) + " | " + range + " | " + initial +
            " | " + escaped(meaning) + " |\n";
  }
}

void add_tables(std::string& page) {
  const SpecType& scenario = spec_type<ScenarioSpec>();
  add_table(page, scenario);
  for (const SpecType* type : all_spec_types())
    if (type != &scenario) add_table(page, *type);
}

// What conditions may name.
void add_rule_columns(std::string& page) {
  page += "\n## Columns of rules\n\nWhat a [rule](#rule), and the view of a hook, knows at a decision point.\n\n| column |";
  for (const auto& point : Describe<DecisionPoint>::values) page += " `" + std::string(point.name) + "` |";
  page += " unit | meaning |\n|---|---|---|---|---|---|\n";
  for (const RuleColumnInfo& column : rule_columns) {
    page += "| `" + std::string(column.name) + "` |";
    for (const auto& point : Describe<DecisionPoint>::values) page += column.at(point.value) ? " x |" : " |";
    page += " " + std::string(column.truth ? "true or false" : column.unit) + " | " + std::string(column.doc) + " |\n";
  }
}

}  // namespace

std::string parameter_tables() {
  std::string page =
      "# Scenario files\n\n"
      "A scenario is a JSON object, described by [Scenario](#scenario). Names that are not known, names given twice and values out of "
      "range are errors; nothing is ignored. Only `\"" + std::string(Describe<ScenarioSpec>::schema_key) +
      "\"`, which may stand beside the fields of the scenario, is there [for editors alone](../guide/scenario_files.md).\n\n"
      "Numbers are in the unit that the field's name ends with. Where a field has a unit, a text with a number and a unit may stand "
      "instead, such as `\"25 km\"`, `\"0.2 dB/km\"` or `\"10 ms\"`:\n\n"
      "| unit of the field | units in a text |\n|---|---|\n";
  for (const std::string_view unit : {"m", "s", "Hz", "m/s", "dB/km", "deg", "s/m2", "s/sqrt(m)"})
    page += "| " + std::string(unit) + " | " + units_text(unit) + " |\n";
  add_tables(page);
  add_rule_columns(page);
  return page;
}

}  // namespace farbell
