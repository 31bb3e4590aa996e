#include "farbell/hardware/retrieval.hpp"

#include <cmath>

namespace farbell {

double RetrievalSpec::after(double storage_s) const {
  if (!lifetime_s) return efficiency;
  const double t = storage_s / *lifetime_s;
  return efficiency * std::exp(law == RetrievalLaw::gaussian ? -t * t : -t);
}

}  // namespace farbell
