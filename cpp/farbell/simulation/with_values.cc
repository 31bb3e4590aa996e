#include "farbell/simulation/with_values.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"

namespace farbell {
namespace {

std::vector<std::string> steps_of(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::vector<std::string> steps(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool escape = path[i] == '~' && i + 1 < path.size() && (path[i + 1] == '0' || path[i + 1] == '1');
    if (path[i] == '/')
      steps.emplace_back();
    else if (escape)
      steps.back() += path[++i] == '0' ? '~' : '/';
    else
      steps.back() += path[i];
  }
  return steps;
}

std::string text_member(const Value& value, std::string_view key) {
  const Value* member = value.find(key);
  const auto* text = member == nullptr ? nullptr : member->as<std::string>();
  return text == nullptr ? std::string() : *text;
}

// The name by which an element of a list is known; as LinkSpec::label and DemandSpec::label where it is left out.
std::string label(const Value& element, std::string_view list) {
  const std::string name = text_member(element, "name");
  if (!name.empty()) return name;
  const std::string_view joint = list == "links" ? "--" : list == "demands" ? "->" : "";
  return joint.empty() ? name : text_member(element, "node_a") + std::string(joint) + text_member(element, "node_b");
}

class Replacer {
 public:
  Replacer(const std::vector<std::string>& steps, const Value& value) : steps_(steps), value_(value) {}

  // Puts the value at the end of the steps from number `i` on, which start at `place`.
  void apply(Value& place, std::size_t i) {
    if (i == steps_.size()) {
      place = value_;
    } else if (auto* object = place.as<Value::Object>()) {
      enter_object(*object, i);
    } else if (auto* list = place.as<Value::Array>()) {
      enter_list(*list, i);
    } else {
      throw SpecError(path(i), found_text(place), "an object or a list, since the path goes on");
    }
  }

 private:
  void enter_object(Value::Object& object, std::size_t i) {
    for (Member& member : object)
      if (member.key == steps_[i]) return apply(member.value, i + 1);
    std::string names;
    Nearest nearest(steps_[i]);
    for (const Member& member : object) {
      names += (names.empty() ? "" : ", ") + member.key;
      nearest.offer(member.key);
    }
    throw SpecError(path(i + 1), "the unknown field " + in_quotes(shortened(steps_[i])), names, nearest.best());
  }

  void enter_list(Value::Array& list, std::size_t i) {
    const std::string& step = steps_[i];
    if (step == "*" && !list.empty()) {
      for (Value& element : list) apply(element, i + 1);
      return;
    }
    const std::string_view list_name = i == 0 ? std::string_view() : std::string_view(steps_[i - 1]);
    const auto named = std::ranges::find_if(list, [&](const Value& element) { return label(element, list_name) == step; });
    if (named != list.end()) return apply(*named, i + 1);
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error == std::errc{} && end == step.data() + step.size() && index < list.size()) return apply(list[index], i + 1);
    if (list.empty()) throw SpecError(path(i), "an empty list", "a list with elements, since the path goes on");
    Nearest nearest(step);
    for (const Value& element : list) nearest.offer(label(element, list_name));
    throw SpecError(path(i + 1), in_quotes(shortened(step)),
                    "the name of an element, a number from 0 to " + std::to_string(list.size() - 1) + ", or *", nearest.best());
  }

  std::string path(std::size_t steps) const {
    std::string text;
    for (const std::string& step : std::span(steps_).first(steps)) append_step(text, shortened(step));
    return text;
  }

  const std::vector<std::string>& steps_;
  const Value& value_;
};

}  // namespace

Value with_values(Value document, const std::vector<Replacement>& replacements) {
  for (const auto& [path, value] : replacements) Replacer(steps_of(path), value).apply(document, 0);
  return document;
}

}  // namespace farbell
