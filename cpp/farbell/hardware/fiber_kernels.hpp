// What a fibre does to a photon: it absorbs and it delays. Equations: docs/physics/fiber.md.
#pragma once

namespace farbell {

// 10^(-attenuation * length / 10), a probability.
double transmission(double attenuation_db_per_km, double length_m);

double fiber_delay_s(double length_m, double speed_m_per_s);

}  // namespace farbell
