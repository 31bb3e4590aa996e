#include "farbell/base/nearest.hpp"

#include <algorithm>
#include <array>

namespace farbell {
namespace {

// Longer texts are not typing errors; this also bounds the work.
constexpr std::size_t longest = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, longest);
  b = b.substr(0, longest);
  // Three rows of the table: the swap of neighbours looks two rows back.
  std::array<std::array<std::size_t, longest + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

void Nearest::offer(std::string_view name) {
  if (wanted_.empty() || wanted_.size() > longest || name.size() > longest || name.empty()) return;
  // "length" and "length_metres" mean "length_m": a unit left out or spelt out is the commonest slip.
  const bool lacks_end = wanted_.size() >= 2 && name.size() > wanted_.size() && starts_with(name, wanted_);
  const bool has_more = wanted_.size() > name.size() && starts_with(wanted_, name);
  const std::size_t distance = lacks_end ? 1 : has_more ? 2 : edit_distance(wanted_, name);
  const std::size_t near = std::min(wanted_.size(), name.size()) / 2;
  if ((lacks_end || has_more || distance <= near) && distance < distance_) {
    distance_ = distance;
    best_ = name;
  }
}

}  // namespace farbell
