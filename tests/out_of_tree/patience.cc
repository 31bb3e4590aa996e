// Two policies of repeaters. The first could be a rule; the second remembers, which no rule can.
#include <algorithm>
#include <vector>

#include <farbell/protocols/extension.hpp>

namespace {

using namespace farbell;
using enum RuleColumn;

// Swaps pairs that are young, and gives up those that are not.
class Patience {
 public:
  static constexpr ExtensionParameter parameters[] = {{"factor", 0.3, "Age up to which a pair is young, in units of the memory's T2."}};

  explicit Patience(const RunFacts& run) : factor_(run["factor"]) {}

  bool swap(const SwapView& view) { return std::max(view[age_s_a], view[age_s_b]) < factor_ * view[t2_s]; }
  bool discard(const DiscardView& view) { return view[age_s] >= factor_ * view[t2_s]; }

 private:
  double factor_;
};

// A node rests after each swap, and throws a coin before it.
class Resting {
 public:
  static constexpr ExtensionParameter parameters[] = {{"rest_s", 1e-3, "From one swap of a node to its next, at least."},
                                                      {"caution", 0.5, "Probability that a node that could swap waits instead."}};

  explicit Resting(const RunFacts& run) : rest_s_(run["rest_s"]), caution_(run["caution"]) {
    for (std::uint32_t n = 0; n < run.nodes(); ++n) nodes_.push_back({run.stream(std::string(run.name(NodeId{n})) + "/coin")});
  }

  bool swap(const SwapView& view) {
    Node& node = nodes_[view.node().value];
    if (view[time_s] < node.rests_until_s || node.coin.next().u0 < caution_) return false;
    node.rests_until_s = view[time_s] + rest_s_;
    return true;
  }

 private:
  struct Node {
    Stream coin;
    double rests_until_s = 0;
  };
  double rest_s_, caution_;
  std::vector<Node> nodes_;
};

}  // namespace

FARBELL_EXTENSION(protocol<Patience>("patience", "Swaps young pairs, and gives up others."),
                  protocol<Resting>("resting", "Swaps now and then."))
