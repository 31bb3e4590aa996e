// Writing a spec into a Value by its field table. Included by spec_value.cc and spec_schema.cc only.
#pragma once
#include "farbell/simulation/spec_value.hpp"

namespace farbell::writing {

template <class V>
Value write(const V& x, Empties empties);

template <Described T>
Value write_struct(const T& spec, Empties empties) {
  Value::Object object;
  object.reserve(field_count<T> + 1);
  if constexpr (Alternative<T>) object.push_back({"kind", Value(Describe<T>::kind)});
  each_field<T>([&](const auto& f) {
    const auto& x = spec.*f.member;
    using V = std::remove_cvref_t<decltype(x)>;
    if (empties == Empties::omit && f.need == Need::optional) {
      if constexpr (is_optional<V>)
        if (!x.has_value() && !(T{}.*f.member).has_value()) return;
      if constexpr (is_list<V> || std::is_same_v<V, std::string>)
        if (x.empty() && (T{}.*f.member).empty()) return;
    }
    object.push_back({std::string(f.name), write(x, empties)});
  });
  return object;
}

template <class V>
Value write(const V& x, Empties empties) {
  if constexpr (is_optional<V>) {
    return x ? write(*x, empties) : Value();
  } else if constexpr (Described<V>) {
    return write_struct(x, empties);
  } else if constexpr (is_variant<V>) {
    return std::visit([&](const auto& alternative) { return write_struct(alternative, empties); }, x);
  } else if constexpr (is_list<V> || is_fixed_list<V>) {
    Value::Array list;
    list.reserve(x.size());
    for (const auto& element : x) list.push_back(write(element, empties));
    return list;
  } else if constexpr (DescribedEnum<V>) {
    return Value(choice_name(x));
  } else if constexpr (std::is_same_v<V, std::uint64_t>) {
    return Value(static_cast<std::int64_t>(x));
  } else {
    return Value(x);
  }
}

}  // namespace farbell::writing
