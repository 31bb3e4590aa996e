#include "farbell/hardware/fiber_kernels.hpp"

#include <cmath>

namespace farbell {

double transmission(double attenuation_db_per_km, double length_m) {
  return std::pow(10.0, -attenuation_db_per_km * (length_m / 1000) / 10);
}

double fiber_delay_s(double length_m, double speed_m_per_s) { return length_m / speed_m_per_s; }

}  // namespace farbell
