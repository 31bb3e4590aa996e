// Markdown parameter tables from the field tables.
#include "farbell/base/units.hpp"
#include "farbell/protocols/decisions.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/range_text.hpp"
#include "farbell/simulation/spec_json.hpp"
#include "farbell/simulation/write_spec.hpp"

namespace farbell {
namespace {

std::string link_to(std::string_view name) {
  std::string anchor;
  for (const char c : name) anchor += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return "[" + std::string(name) + "](#" + anchor + ")";
}

template <class V>
std::string type_words() {
  if constexpr (is_optional<V>) {
    return type_words<typename V::value_type>() + " or null";
  } else if constexpr (Described<V>) {
    return link_to(Describe<V>::name);
  } else if constexpr (is_variant<V>) {
    return []<class... A>(std::variant<A...>*) {
      std::string words;
      ((words += (words.empty() ? "" : ", ") + link_to(Describe<A>::name)), ...);
      return words;
    }(static_cast<V*>(nullptr));
  } else if constexpr (is_list<V>) {
    return "list of " + type_words<typename V::value_type>();
  } else if constexpr (is_fixed_list<V>) {
    return std::to_string(std::tuple_size_v<V>) + " x " + type_words<typename V::value_type>();
  } else if constexpr (DescribedEnum<V>) {
    std::string words;
    for (const auto& choice : Describe<V>::values) words += (words.empty() ? "`" : ", `") + std::string(choice.name) + "`";
    return words;
  } else if constexpr (std::is_same_v<V, std::string>) {
    return "text";
  } else if constexpr (std::is_same_v<V, bool>) {
    return "true or false";
  } else if constexpr (std::is_integral_v<V>) {
    return "whole number";
  } else {
    return "number";
  }
}

// A field whose values have names tells what each of them means.
template <class V>
void add_choices(std::string& words) {
  if constexpr (DescribedEnum<V>)
    for (const auto& choice : Describe<V>::values)
      words += "<br>`" + std::string(choice.name) + "`: " + std::string(choice.doc) + ".";
}

// "|" would end a cell of the table.
std::string escaped(const std::string& cell) {
  std::string text;
  for (const char c : cell) text += c == '|' ? std::string("\\|") : std::string(1, c);
  return text;
}

template <Described T>
void add_table(std::string& page) {
  const T defaults{};
  page += "\n## " + std::string(Describe<T>::name) + "\n\n" + std::string(Describe<T>::doc) + "\n\n";
  page += "| field | type | unit | range | default | meaning |\n|---|---|---|---|---|---|\n";
  if constexpr (Alternative<T>)
    page += "| `kind` | `" + std::string(Describe<T>::kind) + "` | | | required | Says which alternative this is. |\n";
  each_field<T>([&](const auto& f) {
    using V = typename std::remove_cvref_t<decltype(f)>::Type;
    const bool text = std::is_same_v<V, std::string> || std::is_same_v<V, std::vector<std::string>>;
    std::string meaning(f.doc);
    add_choices<V>(meaning);
    if (f.improvement != Improvement::none)
      meaning += " [Improves](../physics/requirements.md) as `" + std::string(improvement_name(f.improvement)) + "`.";
    const std::string initial =
        f.need == Need::optional ? "`" + compact_json(writing::write(defaults.*f.member, Empties::omit)) + "`" : "required";
    const std::string range = text ? (f.range.low > 0 ? "not empty" : "") : range_text(f.range);
    page += "| `" + std::string(f.name) + "` | " + type_words<V>() + " | " + std::string(f.unit) + " | " + range + " | " +
            initial + " | " + escaped(meaning) + " |\n";
  });
}

template <class... T>
void add_tables(std::string& page, TypeList<T...>) {
  add_table<ScenarioSpec>(page);
  const auto add = [&]<class S>(S*) {
    if constexpr (!std::is_same_v<S, ScenarioSpec>) add_table<S>(page);
  };
  (add(static_cast<T*>(nullptr)), ...);
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
  add_tables(page, AllSpecs{});
  add_rule_columns(page);
  return page;
}

}  // namespace farbell
