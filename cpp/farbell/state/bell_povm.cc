#include "farbell/state/bell_povm.hpp"

#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

void throw_improbable(double p) { throw InternalError("a probability of " + std::to_string(p)); }

}  // namespace farbell
