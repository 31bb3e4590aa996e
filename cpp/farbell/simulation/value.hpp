// A document as a tree: what stands between text (or Python objects) and specs. Objects keep the order of their members.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace farbell {

struct Member;

struct Value {
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;
  // Something that no document can hold, e.g. a Python function; the text says what.
  struct Foreign {
    std::string what;
  };

  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object, Foreign> data = nullptr;

  // Copied, moved and destroyed out of line: inlined wherever a document is made, they would take most of the time to compile.
  Value();
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  Value(bool x) : data(x) {}
  Value(std::int64_t x) : data(x) {}
  Value(std::uint64_t x) : data(x) {}
  Value(double x) : data(x) {}
  Value(std::string x);
  Value(std::string_view x);
  Value(const char* x);
  Value(Array x);
  Value(Object x);
  Value(Foreign x);

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&data);
  }
  bool is_null() const { return as<std::nullptr_t>() != nullptr; }

  // The member of that name; null pointer where there is none or this is no object.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
};

struct Member {
  std::string key;
  Value value;
};

// Lists and objects may stand inside each other this deep.
inline constexpr std::size_t deepest_nesting = 64;

// One step from a document's root to a place in it; rendered as a JSON pointer only when an error needs it.
struct Where {
  const Where* outer = nullptr;
  std::string_view key = {};
  std::size_t index = 0;
  bool in_list = false;

  Where() = default;
  Where(const Where& o, std::string_view k) : outer(&o), key(k) {}
  Where(const Where& o, std::size_t i) : outer(&o), index(i), in_list(true) {}

  std::string pointer() const;
};

// "/" and "~" inside a step of a JSON pointer are written "~1" and "~0".
void append_step(std::string& pointer, std::string_view key);

// The value, in at most about 60 characters, for "found" in a message.
std::string found_text(const Value& value);

}  // namespace farbell
