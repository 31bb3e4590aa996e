#include "farbell/state/subsystems.hpp"

#include <algorithm>
#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

Subsystems::Subsystems(std::span<int const> levels) {
  if (levels.size() > most)
    throw SpecError("qubits", std::to_string(levels.size()) + " qubits", "at most " + std::to_string(most));
  count_ = static_cast<int>(levels.size());
  for (int i = count_; i-- > 0;) {
    if (levels[i] != 2 && levels[i] != 3)
      throw SpecError("levels", std::to_string(levels[i]) + " levels of qubit " + std::to_string(i), "2, or 3 for a qubit that can be lost or leak");
    axes_[i] = {levels[i], dimension_};
    dimension_ *= levels[i];
  }
}

std::vector<int> Subsystems::all_levels() const {
  std::vector<int> levels(count_);
  for (int i = 0; i < count_; ++i) levels[i] = axes_[i].levels;
  return levels;
}

Index Subsystems::dimension_of(std::span<int const> positions) const {
  Index product = 1;
  for (int i : positions) product *= axes_[i].levels;
  return product;
}

Subsystems Subsystems::chosen(std::span<int const> positions) const {
  std::vector<int> levels;
  for (int i : positions) levels.push_back(axes_[i].levels);
  return Subsystems(levels);
}

Subsystems Subsystems::without(int position) const { return chosen(rest(std::span(&position, 1))); }

Subsystems Subsystems::then(Subsystems const& other) const {
  std::vector<int> levels = all_levels();
  const std::vector<int> more = other.all_levels();
  levels.insert(levels.end(), more.begin(), more.end());
  return Subsystems(levels);
}

std::vector<int> Subsystems::rest(std::span<int const> positions) const {
  std::vector<int> others;
  for (int i = 0; i < count_; ++i)
    if (std::find(positions.begin(), positions.end(), i) == positions.end()) others.push_back(i);
  return others;
}

std::vector<Index> Subsystems::offsets(std::span<int const> positions) const {
  std::vector<Index> offsets{0};
  for (int i : positions) {
    std::vector<Index> finer;
    finer.reserve(offsets.size() * axes_[i].levels);
    for (Index offset : offsets)
      for (int digit = 0; digit < axes_[i].levels; ++digit) finer.push_back(offset + digit * axes_[i].stride);
    offsets = std::move(finer);
  }
  return offsets;
}

}  // namespace farbell
