// What the tests of protocols of nodes need beside: each operation once, one mistake of many, and decisions of a protocol of nodes.
#include <farbell/apps/extension.hpp>

namespace {

using namespace farbell;
constexpr NodeId n0{0}, n1{1};

// A qubit is made at the first node, turned, and teleported to the second with a pair of theirs.
struct Teleport {
  static constexpr const char* columns[] = {"what", "result"};
  enum Tag : std::uint64_t { made, turned, teleported, corrected, read, late };

  explicit Teleport(const RunFacts&) {}
  void begin(Nodes& nodes) {
    data = *nodes.create_qubit(n0, made);
    request = nodes.entangle(n0, n1, {.pairs = 1, .min_fidelity = 0.5, .timeout_s = 0.5});
    nodes.wait(n1, 0.9, late);
  }
  void pair(Nodes& nodes, const PairOfNodes& p) {
    if (p.request != request) throw std::logic_error("a pair of another request");
    shared = p;
    nodes.gate(n0, Gate::rx, data, turned, 3.141592653589793);
    nodes.bell_measure(n0, data, p.at(n0), teleported);
  }
  void request_ended(Nodes& nodes, const EndOfRequest& ended) { nodes.record(n0, {10.0 + static_cast<double>(ended.how), nodes.now_s()}); }
  void done(Nodes& nodes, const Done& done) {
    nodes.record(done.node, {static_cast<double>(done.tag), static_cast<double>(done.result)});
    if (done.tag == teleported) {
      sent_s = nodes.now_s();
      nodes.send(n0, n1, static_cast<std::uint64_t>(done.result));
    } else if (done.tag == corrected) {
      nodes.measure(n1, shared.at(n1), Basis::z, read);
    }
  }
  void message(Nodes& nodes, const Message& message) {
    if (std::abs(nodes.now_s() - sent_s - nodes.delay_s(n0, n1)) > 1e-12) throw std::logic_error("it came at another time");
    constexpr Gate corrections[] = {Gate::i, Gate::z, Gate::x, Gate::y};
    nodes.gate(message.to, corrections[message.what], shared.at(n1), corrected);
  }
  void end(Nodes& nodes) { nodes.record(n1, {20, nodes.now_s()}); }

  HeldQubit data;
  Request request;
  PairOfNodes shared;
  double sent_s = 0;
};

struct Mistaken {
  static constexpr ExtensionParameter parameters[] = {{"which", 0, "Of the mistakes below."}};
  static constexpr const char* columns[] = {"one"};

  explicit Mistaken(const RunFacts& run) : which(static_cast<int>(run["which"])) {}
  void begin(Nodes& nodes) {
    switch (which) {
      case 0: nodes.entangle(n0, NodeId{2}); break;
      case 1: nodes.entangle(n0, n1, {.pairs = 0}); break;
      case 2: nodes.entangle(n0, n1, {.min_fidelity = 1.5}); break;
      case 3: nodes.wait(n0, -1); break;
      case 4: nodes.send(n0, NodeId{77}, 0); break;
      case 5: nodes.record(n0, {1, 2}); break;
      case 6: nodes.release(n0, {12345}); break;
      case 7: nodes.gate(n0, Gate::cx, *nodes.create_qubit(n0)); break;
      case 8: nodes.gate(n0, Gate::h, *nodes.create_qubit(n0), 0, 0.5); break;
      case 9: nodes.measure(n1, *nodes.create_qubit(n0), Basis::x); break;
      case 10:
        while (nodes.create_qubit(n0)) {
        }
        throw std::runtime_error("no slot is left");
      case 11:
        try {
          nodes.release(n0, {12345});
        } catch (const std::exception& error) {
          nodes.wait(n1, 0.25);
        }
        break;
      case 12: nodes.send(n0, n1, 7); break;
      case 13: nodes.entangle(n0, n1); break;
      default: nodes.true_fidelity({1}, {2});
    }
  }
  void done(Nodes&, const Done&) { throw std::runtime_error("at a done operation"); }
  void message(Nodes&, const Message& message) { throw std::runtime_error("at message " + std::to_string(message.what)); }
  void pair(Nodes&, const PairOfNodes&) { throw std::runtime_error("at a pair"); }
  int which;
};

// Links are swapped by what is built in; how often, the protocol of nodes says, and counts.
struct Both {
  static constexpr const char* columns[] = {"asked"};

  explicit Both(const RunFacts&) {}
  void begin(Nodes& nodes) { nodes.entangle(n0, NodeId{2}, {.pairs = 20}); }
  bool swap(const SwapView&) { return ++asked % 2 == 0; }
  bool discard(const DiscardView& view) { return view[RuleColumn::waited_s] > 2e-3; }
  void end(Nodes& nodes) { nodes.record(n1, {static_cast<double>(asked)}); }
  std::uint64_t asked = 0;
};

}  // namespace

FARBELL_EXTENSION(node_protocol<Teleport>("teleport"), node_protocol<Mistaken>("mistaken"), node_protocol<Both>("both"))
