#include "farbell/network/link_views.hpp"

#include <algorithm>

namespace farbell {

namespace {
const auto told_before = [](const auto& told, LinkId link) { return told.link < link; };
}

LinkState LinkViews::of(ViewId view, LinkId link) const {
  const auto& told = told_[view.value];
  const auto place = std::lower_bound(told.begin(), told.end(), link, told_before);
  return place != told.end() && place->link == link ? place->state : LinkState{start_[link.value]};
}

void LinkViews::learn(ViewId view, LinkId link, LinkState state) {
  auto& told = told_[view.value];
  const auto place = std::lower_bound(told.begin(), told.end(), link, told_before);
  if (place != told.end() && place->link == link) place->state = state;
  else told.insert(place, {link, state});
}

std::span<const double> LinkViews::costs(ViewId view, bool as_if_repaired) {
  for (LinkId link : changed_) loaded_[link.value] = start_[link.value];
  changed_.clear();
  for (const Told& told : told_[view.value]) {
    loaded_[told.link.value] = told.state.failed && !as_if_repaired ? std::numeric_limits<double>::infinity() : told.state.cost;
    changed_.push_back(told.link);
  }
  return loaded_;
}

}  // namespace farbell
