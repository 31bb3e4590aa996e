#include "farbell/simulation/extensions.hpp"

#include <dlfcn.h>

#include <algorithm>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

std::vector<LoadedProtocol> load_extension(const std::string& path) {
  const auto refuse = [&](const std::string& found, const std::string& allowed) { throw SpecError("path", in_quotes(path) + ", " + found, allowed); };
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    refuse(std::string("which cannot be loaded (") + (why ? why : "for no known reason") + ")", "a shared library of this machine");
  }
  const auto symbol = reinterpret_cast<ExtensionSymbol>(dlsym(library, extension_symbol));
  if (!symbol) refuse("which has no function \"" + std::string(extension_symbol) + "\"", "a library with FARBELL_EXTENSION(...) in one of its sources");
  const ExtensionTable& table = *symbol();
  if (table.stamp != extension_stamp())
    refuse("which was built with headers of another Farbell, that fit no longer", "one that is built anew with the headers of this one: farbell.include_dir()");
  std::vector<LoadedProtocol> out;
  for (const ExtensionProtocol& protocol : std::span(table.protocols, table.protocol_count)) {
    out.push_back({path, &protocol, {}});
    for (const ExtensionParameter& p : std::span(protocol.parameters, protocol.parameter_count)) out.back().parameters.push_back(p.value);
  }
  return out;
}

struct DecidingProtocols::Made {
  Made(const Model& model_, const LoadedProtocol& protocol_, std::uint64_t replica) : model(model_), protocol(protocol_) {
    std::vector<const char*> nodes, demands;
    for (const std::string& name : model.node_names) nodes.push_back(name.c_str());
    for (const std::string& name : model.demand_names) demands.push_back(name.c_str());
    const ExtensionRun run{model.scenario.seed,  replica,
                           model.clock.ticks_per_s, nodes.data(),
                           demands.data(),       static_cast<std::uint32_t>(nodes.size()),
                           static_cast<std::uint32_t>(demands.size()), protocol.parameters.data()};
    self = protocol.table->make(&run, &failure);
    if (!self) throw RunError("protocol " + in_quotes(protocol.table->name) + " of " + in_quotes(protocol.path) + " could not be made: " + printable(failure.text));
    hook.self = this;
    hook.decide = decide;
  }
  Made(const Made&) = delete;  // the hook points here
  ~Made() {
    if (self) protocol.table->unmake(self);
  }

  const Model& model;
  const LoadedProtocol& protocol;
  void* self = nullptr;
  DecisionHook hook;
  ExtensionFailure failure{};
};

bool DecidingProtocols::decide(void* self, const Question& question) {
  Made& made = *static_cast<Made*>(self);
  const int taken = made.protocol.table->decide(made.self, &question, &made.failure);
  if (taken < 0) [[unlikely]]
    throw RunError("protocol " + in_quotes(made.protocol.table->name) + ", \"" + std::string(choice_name(question.point)) + "\"" +
                   place_text(made.model, question) + ": " + printable(made.failure.text));
  return taken != 0;
}

DecidingProtocols::DecidingProtocols(const Model& model, const Deciders& deciders, const DecisionHooks& others, std::uint64_t replica)
    : hooks_(others) {
  for (std::size_t p = 0; p < decision_points; ++p) {
    if (!deciders[p]) continue;
    // One that decides at several points is one.
    auto made = std::find_if(made_.begin(), made_.end(), [&](const auto& m) { return &m->protocol == deciders[p]; });
    if (made == made_.end()) made = made_.insert(made_.end(), std::make_shared<Made>(model, *deciders[p], replica));
    hooks_[p] = &(*made)->hook;
  }
}

std::string place_text(const Model& model, const Question& question) {
  return (question.node ? " at node " + in_quotes(model.node_names[question.node.value]) : "") + ", demand " +
         in_quotes(model.demand_names[question.demand.value]) + ", at " + number_text(model.clock.seconds(question.now)) + " s";
}

}  // namespace farbell
