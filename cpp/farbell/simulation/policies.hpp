// What a demand's swap order, policy table, cut-off and distillation mean on a route, and whether they can work there. All throw
// SpecError where they cannot.
#pragma once
#include <string>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

DistillationPlan distillation_plan(const Model& model, const DistillationSpec& spec, const std::string& path);

// Fills in the terms' order and table; `nodes`: the names of all nodes.
void swap_when(const Model& model, const Names& nodes, std::size_t demand, const Route& route, Circuits::Terms& terms);

// A chain on which a policy table, or `who` decides once a slot; `path`: of that, "" where it stands nowhere. Throws SpecError.
void check_whole_chain(const Model& model, std::size_t demand, const Route& route, const std::string& who, const std::string& path);

// Of a demand that has one.
Cutoff cutoff(const Model& model, std::size_t demand, const Route& route);

// Of a demand, compiled. Once the store is known.
RulePrograms rules(const Model& model, std::size_t demand);

// Each round needs as many lanes as pairs wait for it or are used up at a time; `path` of the width.
void rounds_fit(const Model& model, const std::string& path, const Route& route, const Circuits::Terms& terms);

}  // namespace farbell
