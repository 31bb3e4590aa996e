// A whole protocol of nodes: every node asks for pairs with its neighbour towards the last one; who has one to either side swaps them and
// tells the last node, which corrects its qubit when it has heard of all. So the first node and the last share pairs, one after the other.
#include <deque>
#include <vector>

#include <farbell/apps/extension.hpp>

namespace {

using namespace farbell;

class SwapChain {
 public:
  static constexpr const char* columns[] = {"number", "fidelity"};

  // Nodes are numbered along the chain.
  explicit SwapChain(const RunFacts& run) : last_{run.nodes() - 1}, nodes_(run.nodes()) {
    if (run.nodes() < 3) throw std::invalid_argument("a chain has at least three nodes");
  }

  void begin(Nodes& nodes) {
    for (NodeId n = first_; n != last_; ++n.value) ask(nodes, n);
  }
  void pair(Nodes& nodes, const PairOfNodes& pair) {
    for (NodeId n : pair.node) {
      if (pair.peer(n).value < n.value) at(n).left.push_back(pair.at(n));
      else at(n).right = pair.at(n);
      go_on(nodes, n);
    }
  }
  void done(Nodes& nodes, const Done& done) {
    Node& here = at(done.node);
    here.busy = false;
    const HeldQubit left = here.left.front();
    here.left.pop_front();
    if (done.node == last_) {
      nodes.record(last_, {static_cast<double>(++delivered_), nodes.true_fidelity(*at(first_).right, left)});
      nodes.release(last_, left);
      nodes.send(last_, first_, 0);
      rounds_.pop_front();
      return go_on(nodes, last_);
    }
    if (done.result < 0) throw std::runtime_error("a swap has failed, for which this protocol is not made");
    here.right.reset();
    nodes.send(done.node, last_, static_cast<std::uint64_t>(done.result));
    ask(nodes, done.node);
  }
  void message(Nodes& nodes, const Message& message) {
    if (message.to == first_) {  // the pair is ready: here it is of no use, but its slot is
      nodes.release(first_, *at(first_).right);
      return ask(nodes, first_);
    }
    const std::uint64_t round = at(message.from).heard_of++ - delivered_;
    if (round >= rounds_.size()) rounds_.resize(round + 1);
    rounds_[round].frame ^= static_cast<std::uint32_t>(message.what);
    ++rounds_[round].heard;
    go_on(nodes, last_);
  }

 private:
  static void ask(Nodes& nodes, NodeId n) { nodes.entangle(n, NodeId{n.value + 1}); }
  // Begins what a node can do now: a swap, or at the last node a correction.
  void go_on(Nodes& nodes, NodeId n) {
    Node& here = at(n);
    if (here.busy || here.left.empty()) return;
    constexpr Gate corrections[] = {Gate::i, Gate::z, Gate::x, Gate::y};
    if (n != last_ && here.right) nodes.bell_measure(n, here.left.front(), *here.right);
    else if (n == last_ && !rounds_.empty() && rounds_.front().heard == last_.value - 1)
      nodes.gate(n, corrections[rounds_.front().frame], here.left.front());
    else return;
    here.busy = true;
  }

  struct Node {
    std::deque<HeldQubit> left;  // oldest first
    std::optional<HeldQubit> right;
    bool busy = false;
    std::uint64_t heard_of = 0;  // swaps of it of which the last node has heard
  };
  Node& at(NodeId n) { return nodes_[n.value]; }
  struct Round {
    std::uint32_t heard = 0, frame = 0;
  };
  NodeId first_{0}, last_;
  std::vector<Node> nodes_;
  std::deque<Round> rounds_;  // that are not over
  std::uint64_t delivered_ = 0;
};

}  // namespace

FARBELL_EXTENSION(node_protocol<SwapChain>("swap_chain", "Pairs of the first and the last node of a chain, swapped as soon as possible."))
