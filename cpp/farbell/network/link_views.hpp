// What those who decide on routes know of links: how these were at the start, and what news has told since.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "farbell/base/ids.hpp"

namespace farbell {

using ViewId = Id<struct ViewTag>;

// Of a link, for routing.
struct LinkState {
  double cost = 0;      // unless it has failed; infinity = down or hopeless
  bool failed = false;

  bool usable() const { return !failed && cost < std::numeric_limits<double>::infinity(); }
  bool operator==(const LinkState&) const = default;
};

class LinkViews {
 public:
  LinkViews(std::span<const double> start, std::size_t views) : start_(start.begin(), start.end()), loaded_(start_), told_(views) {}

  LinkState of(ViewId view, LinkId link) const;
  void learn(ViewId view, LinkId link, LinkState state);
  // By link; infinity = not usable. Valid until it is asked for again.
  std::span<const double> costs(ViewId view, bool as_if_repaired);

 private:
  struct Told {
    LinkId link;
    LinkState state;
  };

  std::vector<double> start_, loaded_;
  std::vector<LinkId> changed_;            // where `loaded_` is not as at the start
  std::vector<std::vector<Told>> told_;    // by view, by link: few links ever change
};

}  // namespace farbell
