// What tests and benchmarks need beside: a policy that is built in, a condition, a limit for requests, and protocols that fail.
#include <stdexcept>

#include <farbell/protocols/extension.hpp>

namespace {

using namespace farbell;
using enum RuleColumn;

struct Always {
  explicit Always(const RunFacts&) {}
  bool swap(const SwapView&) { return true; }
};

// The condition of the benchmark of rules.
struct Condition {
  explicit Condition(const RunFacts&) {}
  bool swap(const SwapView& view) {
    return (view[age_s_a] < 0.3 * view[t2_s] && view[age_s_b] < 0.3 * view[t2_s]) || view[time_s] >= 0;
  }
};

struct ShortLine {
  static constexpr ExtensionParameter parameters[] = {{"most", 3, "Requests that wait or are served."}};
  explicit ShortLine(const RunFacts& run) : most(run["most"]) {}
  bool admit(const AdmitView& view) { return view[waiting_requests] + view[served_requests] < most; }
  double most;
};

// In one replica, after a number of decisions.
struct Failing {
  static constexpr ExtensionParameter parameters[] = {{"replica", 0, "In which."}, {"after", 10, "Decisions."}, {"how", 0, "1: no std::exception."}};
  explicit Failing(const RunFacts& run) : here(run["replica"] == static_cast<double>(run.replica())), left(run["after"]), how(run["how"]) {}
  bool swap(const SwapView& view) {
    if (!here || left-- > 0) return true;
    if (how == 1) throw 7;
    throw std::runtime_error("pair of age " + std::to_string(view[age_s_a]) + " s is too much");
  }
  bool here;
  double left, how;
};

struct Unmade {
  explicit Unmade(const RunFacts& run) { (void)run["colour"]; }
  bool swap(const SwapView&) { return true; }
};

// How many there are: one for each replica, and none after the run.
struct Counted {
  static inline int alive = 0;
  explicit Counted(const RunFacts&) { ++alive; }
  ~Counted() { --alive; }
  bool swap(const SwapView&) { return alive == 1; }
  bool discard(const DiscardView&) { return alive != 1; }
};

// Gives what it is loaded with: for tests of what is refused.
class Given {
 public:
  static constexpr ExtensionParameter parameters[] = {{"second", 1, "Number of the node behind node_a; negative: no route."},
                                                      {"fails", 0, "Whether it throws."}};

  explicit Given(const RunFacts& run) : second_(run["second"]), fails_(run["fails"] != 0) {}

  FoundRoutes find_routes(const RoutesView& view) {
    if (fails_) throw std::runtime_error("lost its map");
    if (second_ < 0) return {};
    return {{view.node_a(), NodeId{static_cast<std::uint32_t>(second_)}, view.node_b()}};
  }

 private:
  double second_;
  bool fails_;
};

// The same in rounds: what is wrong is by number.
class WrongRounds {
 public:
  static constexpr ExtensionParameter parameters[] = {{"how", 0, "0: it throws."}};

  explicit WrongRounds(const RunFacts& run) : how_(static_cast<int>(run["how"])) {}

  RoundPaths assign_lanes(const LanesView& view) { return path(view); }
  RoundPaths join_pairs(const PairsView& view) { return path(view); }
  FusedPairs fuse_pairs(const FusionView& view) {
    std::vector<LinkLane> all(view.pairs().begin(), view.pairs().end());
    if (how_ == 0) throw std::runtime_error("lost its map");
    if (how_ == 1) return {{all[0], all[0]}};
    while (all.size() <= view.max_links()) all.push_back(all[0]);
    return {all};
  }

 private:
  RoundPaths path(const RoundView& view) const {
    const RoundDemand demand = view.demand(0);
    const auto route = demand.route(0);
    RoundPath one{demand.demand(), {route.begin(), route.end()}, 1, {}};
    switch (how_) {
      case 0: throw std::runtime_error("lost its map");
      case 1: one.demand.value += 1000; break;
      case 2: one.nodes[1].value += 1000; break;
      case 3: one.width = 0; break;
      case 4: one.lanes = {{LinkId{1000}, 0}}; break;
      case 5:
        for (std::size_t hop = 0; hop + 1 < route.size(); ++hop) one.lanes.push_back({LinkId{1000}, 0});
        break;
      default: one.width = 1000;
    }
    return {one};
  }
  int how_;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) int alive() { return Counted::alive; }

FARBELL_EXTENSION(protocol<Always>("always"), protocol<Condition>("condition"), protocol<ShortLine>("short_line"), protocol<Failing>("failing"),
                  protocol<Unmade>("unmade"), protocol<Counted>("counted"), protocol<Given>("given"), protocol<WrongRounds>("wrong_rounds"))
