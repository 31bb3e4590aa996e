// A whole protocol of nodes: every node asks for a pair with its neighbour towards the last one; who has two pairs swaps them and tells the
// last node, which corrects what it has when it has heard of all. The first and the last node share pairs in this way, one after the other.
#include <vector>

#include <farbell/apps/extension.hpp>

namespace {

using namespace farbell;

class SwapChain {
 public:
  static constexpr const char* columns[] = {"fidelity", "estimated_fidelity", "round"};

  // Nodes are numbered along the chain.
  explicit SwapChain(const RunFacts& run) : last_(run.nodes() - 1), halves_(run.nodes()) {}

  void begin(Nodes& nodes) {
    ++round_;
    heard_ = 0, frame_ = 0;
    for (std::uint32_t n = 0; n < last_; ++n) nodes.entangle(NodeId{n}, NodeId{n + 1});
  }
  void pair(Nodes& nodes, const PairOfNodes& pair) {
    estimate_ = pair.estimated_fidelity;
    for (NodeId n : pair.node) {
      Halves& here = halves_[n.value];
      (pair.peer(n).value < n.value ? here.left : here.right) = pair.at(n);
      if (here.left && here.right) nodes.bell_measure(n, *here.left, *here.right);
    }
    if (last_ == 1) finish(nodes);
  }
  void done(Nodes& nodes, const Done& done) {
    if (done.node.value == last_) return finish(nodes);  // its correction
    halves_[done.node.value] = {};
    nodes.send(done.node, NodeId{last_}, static_cast<std::uint64_t>(done.result));
  }
  void message(Nodes& nodes, const Message& message) {
    frame_ ^= static_cast<std::uint32_t>(message.what);
    if (++heard_ < last_ - 1) return;
    constexpr Gate corrections[] = {Gate::i, Gate::z, Gate::x, Gate::y};
    nodes.gate(NodeId{last_}, corrections[frame_], *halves_[last_].left);
  }

 private:
  void finish(Nodes& nodes) {
    const HeldQubit first = *halves_[0].right, last = *halves_[last_].left;
    nodes.record(NodeId{last_}, {nodes.true_fidelity(first, last), estimate_, static_cast<double>(round_)});
    nodes.release(NodeId{0}, first);
    nodes.release(NodeId{last_}, last);
    halves_[0] = halves_[last_] = {};
    begin(nodes);
  }

  struct Halves {
    std::optional<HeldQubit> left, right;
  };
  std::uint32_t last_, heard_ = 0, frame_ = 0;
  std::uint64_t round_ = 0;
  double estimate_ = 0;
  std::vector<Halves> halves_;  // by node
};

}  // namespace

FARBELL_EXTENSION(node_protocol<SwapChain>("swap_chain", "Pairs of the first and the last node of a chain, swapped as soon as possible."))
