// Protocols of libraries that were built elsewhere: loaded, checked, and made for each replica.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "farbell/protocols/extension.hpp"
#include "farbell/simulation/model.hpp"

namespace farbell {

// With its parameters. The library stays loaded until the process ends.
struct LoadedProtocol {
  std::string path;
  const ExtensionProtocol* table = nullptr;
  std::vector<double> parameters;

  bool decides(DecisionPoint point) const { return table->decides >> static_cast<int>(point) & 1; }
};

// The protocols of a library, without parameters given. Throws SpecError if it is none, or was built with headers that do not fit.
std::vector<LoadedProtocol> load_extension(const std::string& path);

// What decides at each point, if anything.
using Deciders = std::array<const LoadedProtocol*, decision_points>;

// The protocols that decide in one replica, and what they keep there. What they do not decide `others` do.
class DecidingProtocols {
 public:
  DecidingProtocols(const Model& model, const Deciders& deciders, const DecisionHooks& others, std::uint64_t replica);

  const DecisionHooks& hooks() const { return hooks_; }

 private:
  struct Made;
  static bool decide(void* self, const Question& question);

  std::vector<std::shared_ptr<Made>> made_;
  DecisionHooks hooks_{};
};

// " at node "n1", demand "d", at 0.1 s", for messages.
std::string place_text(const Model& model, const Question& question);

}  // namespace farbell
