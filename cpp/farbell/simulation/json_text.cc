#include "farbell/simulation/json_text.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {
namespace {

// Builds a Value from the parser's events, and knows at every moment where in the document it is. The parser itself does not
// recurse, so that nesting is limited here and costs no stack.
class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Value take() { return std::move(root_); }

  bool null() { return add(Value()); }
  bool boolean(bool x) { return add(Value(x)); }
  bool number_integer(std::int64_t x) { return add(Value(x)); }
  bool number_unsigned(std::uint64_t x) {
    return add(x <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ? Value(static_cast<std::int64_t>(x))
                                                                                         : Value(x));
  }
  bool number_float(double x, const std::string&) { return add(Value(x)); }
  bool string(std::string& x) { return add(Value(std::move(x))); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open(Value(Value::Object())); }
  bool start_array(std::size_t) { return open(Value(Value::Array())); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Frame& frame = frames_.back();
    auto& object = *frame.value->as<Value::Object>();
    if (is_duplicate(frame, object, name)) {
      std::string at = path();
      append_step(at, shortened(name));
      throw SpecError(at, "the name " + farbell::in_quotes(shortened(name)) + " twice", "each name once in an object");
    }
    object.push_back({std::move(name), Value()});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
    // Error 406: a number too large for a double; the position is behind it.
    if (error.id == 406) throw SpecError(place(), "a number that no double can hold", "numbers up to about 1.8e308");
    const char last = position > 0 && position <= text_.size() ? text_[position - 1] : ' ';
    throw SpecError(path(), excerpt(position), last == 'N' || last == 'I' ? "JSON, which has no NaN and no Infinity" : "JSON");
  }

 private:
  struct Frame {
    Value* value;
    std::unordered_set<std::string> names;  // filled once an object is too long to look through
  };

  // Where the value goes that the parser has just seen.
  Value& slot(Value value) {
    if (frames_.empty()) return root_ = std::move(value);
    if (auto* list = frames_.back().value->as<Value::Array>()) return list->emplace_back(std::move(value));
    return frames_.back().value->as<Value::Object>()->back().value = std::move(value);
  }

  bool add(Value value) {
    slot(std::move(value));
    return true;
  }

  bool open(Value value) {
    if (frames_.size() == deepest_nesting)
      throw SpecError(path(), "nesting deeper than " + std::to_string(deepest_nesting),
                      "lists and objects inside each other at most " + std::to_string(deepest_nesting) + " deep");
    // A list grows only while none of its elements is open, so this pointer stays good until the frame is closed.
    frames_.push_back({&slot(std::move(value)), {}});
    return true;
  }

  bool close() {
    frames_.pop_back();
    return true;
  }

  static bool is_duplicate(Frame& frame, const Value::Object& object, const std::string& name) {
    constexpr std::size_t long_object = 32;
    if (object.size() < long_object)
      return std::ranges::any_of(object, [&](const Member& member) { return member.key == name; });
    if (frame.names.empty())
      for (const Member& member : object) frame.names.insert(member.key);
    return !frame.names.insert(name).second;
  }

  // The innermost open list or object.
  std::string path() const {
    std::string at;
    for (std::size_t i = 0; i + 1 < frames_.size(); ++i) step_into(at, *frames_[i].value);
    return at;
  }

  // The value that is being read.
  std::string place() const {
    std::string at = path();
    if (frames_.empty()) return at;
    if (const auto* list = frames_.back().value->as<Value::Array>())
      at += "/" + std::to_string(list->size());
    else
      step_into(at, *frames_.back().value);
    return at;
  }

  static void step_into(std::string& at, const Value& value) {
    if (const auto* list = value.as<Value::Array>()) {
      at += "/" + std::to_string(list->size() - 1);
    } else if (const auto* object = value.as<Value::Object>(); !object->empty()) {
      append_step(at, shortened(object->back().key));
    }
  }

  // `position` counts the bytes read, the offending one included.
  std::string excerpt(std::size_t position) const {
    const std::size_t end = std::min(position, text_.size());
    std::size_t line = 1;
    std::size_t column = 0;
    for (std::size_t i = 0; i < end; ++i) {
      if (text_[i] == '\n' && i + 1 < end) {
        ++line;
        column = 0;
      } else if ((static_cast<unsigned char>(text_[i]) & 0xc0) != 0x80) {
        ++column;
      }
    }
    const std::string at = " at line " + std::to_string(line) + ", column " + std::to_string(std::max<std::size_t>(column, 1));
    if (position > text_.size() || text_.empty()) return "the end of the text" + at;
    const std::size_t line_start = end < 2 ? 0 : text_.rfind('\n', end - 2) + 1;
    const std::size_t from = std::max(line_start, end < 24 ? 0 : end - 24);
    return farbell::in_quotes(shortened(printable(text_.substr(from, end - from)), 96)) + at;
  }

  std::string_view text_;
  Value root_;
  std::vector<Frame> frames_;
};

class Writer {
 public:
  Writer(std::string& out, std::size_t enough) : out_(out), enough_(enough) {}

  void write(const Value& value) {
    if (out_.size() > enough_) return;
    std::visit([this](const auto& x) { put(x); }, value.data);
  }

 private:
  void put(std::nullptr_t) { out_ += "null"; }
  void put(bool x) { out_ += x ? "true" : "false"; }
  void put(std::int64_t x) { out_ += std::to_string(x); }
  void put(std::uint64_t x) { out_ += std::to_string(x); }
  void put(double x) { out_ += number_text(x); }
  void put(const std::string& x) { append_in_quotes(out_, x); }
  void put(const Value::Foreign& x) { append_in_quotes(out_, x.what); }
  void put(const Value::Array& list) {
    const char* separator = "[";
    for (const Value& value : list) {
      out_ += separator;
      write(value);
      if (out_.size() > enough_) return;
      separator = ", ";
    }
    out_ += list.empty() ? "[]" : "]";
  }
  void put(const Value::Object& object) {
    const char* separator = "{";
    for (const Member& member : object) {
      out_ += separator;
      append_in_quotes(out_, member.key);
      out_ += ": ";
      write(member.value);
      if (out_.size() > enough_) return;
      separator = ", ";
    }
    out_ += object.empty() ? "{}" : "}";
  }

  std::string& out_;
  std::size_t enough_;
};

constexpr std::size_t line_width = 120;

// `column` is where the value starts on its line.
void write_pretty(std::string& out, const Value& value, std::size_t indent, std::size_t depth, std::size_t column) {
  const std::string line = compact_json(value, line_width);
  const auto* list = value.as<Value::Array>();
  const auto* object = value.as<Value::Object>();
  // The outermost object always gets a line per member, so that a scenario reads the same whatever its size.
  const bool outermost = depth == 0 && object != nullptr && !object->empty();
  if ((list == nullptr && object == nullptr) || (!outermost && column + line.size() <= line_width)) {
    out += compact_json(value);
    return;
  }
  const std::size_t inner = indent * (depth + 1);
  const char* separator = list != nullptr ? "[\n" : "{\n";
  const auto next_line = [&] {
    out += separator;
    out.append(inner, ' ');
    separator = ",\n";
  };
  if (list != nullptr) {
    for (const Value& element : *list) {
      next_line();
      write_pretty(out, element, indent, depth + 1, inner);
    }
  } else {
    for (const Member& member : *object) {
      next_line();
      const std::size_t before = out.size();
      append_in_quotes(out, member.key);
      out += ": ";
      write_pretty(out, member.value, indent, depth + 1, inner + out.size() - before);
    }
  }
  out += '\n';
  out.append(indent * depth, ' ');
  out += list != nullptr ? ']' : '}';
}

}  // namespace

Value parse_json(std::string_view text) {
  Builder builder(text);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

std::string compact_json(const Value& value, std::size_t enough) {
  std::string out;
  Writer(out, enough).write(value);
  return out;
}

std::string pretty_json(const Value& value, std::size_t indent) {
  std::string out;
  write_pretty(out, value, indent, 0, 0);
  return out;
}

}  // namespace farbell
