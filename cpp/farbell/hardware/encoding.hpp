// How a photon carries a qubit.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

enum class Encoding { presence, time_bin, polarisation };

template <>
struct Describe<Encoding> {
  static constexpr std::string_view name = "Encoding";
  static constexpr auto values = std::array{
      Choice<Encoding>{Encoding::presence, "presence", "a photon, or none"},
      Choice<Encoding>{Encoding::time_bin, "time_bin", "one photon, early or late"},
      Choice<Encoding>{Encoding::polarisation, "polarisation", "one photon, of one of two polarisations"},
  };
};

}  // namespace farbell
