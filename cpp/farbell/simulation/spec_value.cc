#include "farbell/simulation/spec_value.hpp"

#include "farbell/simulation/read_spec.hpp"
#include "farbell/simulation/write_spec.hpp"

namespace farbell {

template <Described T>
T read_spec(const Value& value, Origin origin) {
  return reading::read_struct<T>(value, origin, Where());
}

template <Described T>
Value write_spec(const T& spec, Empties empties) {
  return writing::write_struct(spec, empties);
}

namespace {

// Taking their addresses instantiates both functions for every spec.
template <class... T>
auto instantiate(TypeList<T...>) {
  return std::tuple{std::pair{&read_spec<T>, &write_spec<T>}...};
}
[[maybe_unused]] const auto instances = instantiate(AllSpecs{});

}  // namespace
}  // namespace farbell
