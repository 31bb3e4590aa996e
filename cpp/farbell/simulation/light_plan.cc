#include "farbell/simulation/light_plan.hpp"

namespace farbell {

LightPaths light_paths(const LinkSpec& link, std::span<const InterfaceSpec> interfaces, const Names& names, const std::string& path) {
  LightPaths paths;
  paths.mismatch = link.light_mismatch;
  paths.known = interfaces;
  const auto resolve = [&](const std::vector<std::string>& named, const char* field, std::vector<const InterfaceSpec*>& found) {
    for (std::size_t i = 0; i < named.size(); ++i) found.push_back(&interfaces[names.at(named[i], path + field + std::to_string(i))]);
  };
  resolve(link.interfaces_a, "/interfaces_a/", paths.a);
  resolve(link.interfaces_b, "/interfaces_b/", paths.b);
  return paths;
}

}  // namespace farbell
