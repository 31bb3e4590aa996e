// The interfaces that links name.
#pragma once
#include <span>

#include "farbell/hardware/light_path.hpp"
#include "farbell/network/link.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

// `path`: of the link. Throws a SpecError where there is none of a name.
LightPaths light_paths(const LinkSpec& link, std::span<const InterfaceSpec> interfaces, const Names& names, const std::string& path);

}  // namespace farbell
