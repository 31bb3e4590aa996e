// The known name that is most like a misspelt one, for error messages.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace farbell {

// Offer it every known name, then ask for the best.
class Nearest {
 public:
  explicit Nearest(std::string_view wanted) : wanted_(wanted) {}
  void offer(std::string_view name);
  // Empty where nothing was near enough to be meant.
  const std::string& best() const { return best_; }

 private:
  std::string_view wanted_;
  std::string best_;
  std::size_t distance_ = static_cast<std::size_t>(-1);
};

// Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other, capitals aside.
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Names>
std::string nearest_name(std::string_view wanted, const Names& names) {
  Nearest nearest(wanted);
  for (const auto& name : names) nearest.offer(name);
  return nearest.best();
}

}  // namespace farbell
