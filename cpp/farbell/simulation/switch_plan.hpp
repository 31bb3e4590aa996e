// Optical switches, checked, and the frames of those that go by time division.
#pragma once
#include <span>
#include <vector>

#include "farbell/simulation/model.hpp"
#include "farbell/simulation/names.hpp"

namespace farbell {

// Once the routes of all demands are known.
std::vector<SwitchRow> switch_plan(const Model& model, const Names& link_names);

// So many stations, each slot of a frame a list of links (numbers of `need`): every link has a slot, and as many as its share of the need
// says (Sainte-Lague), at most one station at a time (McNaughton's rule), slots spread evenly.
std::vector<std::vector<std::size_t>> time_division(std::span<const double> need, std::size_t stations);

}  // namespace farbell
