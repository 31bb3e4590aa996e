// One runnable example for the docstring of each spec.
#pragma once
#include <string_view>

namespace farbell {

// Empty for a spec that has none; a test of the package refuses that.
std::string_view spec_example(std::string_view spec);

}  // namespace farbell
