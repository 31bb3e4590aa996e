#include "farbell/network/paths.hpp"

#include <algorithm>

namespace farbell {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

// Whether `label` got better by a way over `next`.
bool relax(PathLabel& label, double cost, std::uint32_t hops, NodeId next, LinkId link) {
  if (cost < label.cost || (cost == label.cost && hops < label.hops)) {
    label = {cost, hops, next, link, false};
    return true;
  }
  if (cost == label.cost && hops == label.hops && next < label.next) {
    label.next = next;
    label.link = link;
  }
  return false;
}

}  // namespace

// ---- one route --------------------------------------------------------------------------------------------------------------------------

namespace {
constexpr std::size_t arity = 4;  // half the levels of a binary heap, and siblings share a cache line

bool before(const PathQueue::Entry& x, const PathQueue::Entry& y) { return x.cost != y.cost ? x.cost < y.cost : x.hops < y.hops; }
}  // namespace

void PathQueue::push(Entry entry) {
  std::size_t hole = heap_.size();
  heap_.push_back(entry);
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / arity;
    if (!before(entry, heap_[parent])) break;
    heap_[hole] = heap_[parent];
    hole = parent;
  }
  heap_[hole] = entry;
}

PathQueue::Entry PathQueue::pop() {
  const Entry top = heap_.front(), last = heap_.back();
  heap_.pop_back();
  const std::size_t size = heap_.size();
  if (size == 0) return top;
  std::size_t hole = 0;
  for (std::size_t child = 1; child < size; child = hole * arity + 1) {
    std::size_t least = child;
    const std::size_t end = std::min(child + arity, size);
    for (std::size_t c = child + 1; c < end; ++c)
      if (before(heap_[c], heap_[least])) least = c;
    if (!before(heap_[least], last)) break;
    heap_[hole] = heap_[least];
    hole = least;
  }
  heap_[hole] = last;
  return top;
}

PathTree::PathTree(const Graph& graph) : graph_(graph), label_(graph.nodes()) {}

void PathTree::start(NodeId end, std::span<const double> cost) {
  for (NodeId n : touched_) label_[n.value] = {};
  touched_.clear();
  queue_.clear();
  end_ = end;
  cost_ = cost;
  label_[end.value].cost = 0;
  touched_.push_back(end);
  queue_.push({0, 0, end});
}

const PathLabel* PathTree::reach(NodeId n) {
  const PathLabel& label = label_[n.value];
  while (!label.settled && !queue_.empty()) settle_next();
  return label.settled ? &label : nullptr;
}

void PathTree::settle_next() {
  const PathQueue::Entry top = queue_.pop();
  PathLabel& here = label_[top.node.value];
  if (here.settled || top.cost != here.cost || top.hops != here.hops) return;
  here.settled = true;
  for (const Edge& e : graph_.edges(top.node)) {
    PathLabel& there = label_[e.to.value];
    const double c = top.cost + cost_[e.link.value];
    if (there.settled || !(c < infinity)) continue;
    if (there.cost == infinity) touched_.push_back(e.to);
    if (relax(there, c, top.hops + 1, top.node, e.link)) queue_.push({c, top.hops + 1, e.to});
  }
}

// ---- k routes ---------------------------------------------------------------------------------------------------------------------------

// Yen's algorithm with Lawler's partition: the routes still to be found are parted into spaces, each with a lower bound of its costs, and
// a space is searched only when no other can hold a lesser route.
class SpurSearch {
 public:
  SpurSearch(const Graph& graph, PathTree& tree) : graph_(graph), tree_(tree), mark_(graph.nodes()), local_(graph.nodes()) {}

  std::vector<Route> find(NodeId a, std::size_t k, std::span<const double> cost);

 private:
  // The routes that keep to an accepted one up to its node `at` and leave it there for none of the `barred` nodes.
  struct Space {
    std::uint32_t parent = 0, at = 0;
    std::vector<NodeId> barred;
    double cost = 0;  // of `route`; without one, a lower bound
    std::uint32_t hops = 0;
    Route route;      // the least of them, once it is known
  };
  // Of a node, beside the accepted route that is looked at.
  struct Mark {
    std::uint32_t epoch = 0;
    std::uint32_t position = none;  // on that route
    std::uint32_t lowest = none;    // position on it among the nodes of the tree's way from here
    bool lowest_known = false;
  };
  // Of a node in one search of a space.
  struct Local {
    std::uint32_t search = 0;
    double from_spur = infinity;
    bool inner = false;
    PathLabel label;
  };

  static bool after(const Space& x, const Space& y);
  void push(Space&& space);
  Mark& mark(NodeId n);
  Local& local(NodeId n);
  void look_at(const Route& route);
  std::uint32_t lowest(NodeId n);
  bool open(const Space& s, NodeId from, const Edge& e);
  void finish(Space& s, double cost, std::uint32_t hops) const;
  void follow(Route& route, NodeId n) const;
  bool bound(Space& s);
  bool search(Space& s);
  void expand(const Space& s, NodeId n);

  const Graph& graph_;
  PathTree& tree_;
  std::span<const double> cost_;
  std::vector<Route> accepted_;
  std::vector<Space> spaces_;  // a heap
  const Route* looked_at_ = nullptr;
  std::vector<Mark> mark_;    // by node
  std::vector<Local> local_;  // by node
  std::uint32_t epoch_ = 0, search_ = 0;
  double limit_ = infinity;
  std::vector<NodeId> walk_, clean_;
  PathQueue queue_;
};

bool SpurSearch::after(const Space& x, const Space& y) {
  if (x.cost != y.cost) return x.cost > y.cost;
  const bool x_known = !x.route.nodes.empty(), y_known = !y.route.nodes.empty();
  if (!x_known || !y_known) return x_known && !y_known;  // a bound may hide a route that comes first
  return x.hops != y.hops ? x.hops > y.hops : x.route.nodes > y.route.nodes;
}

void SpurSearch::push(Space&& space) {
  spaces_.push_back(std::move(space));
  std::push_heap(spaces_.begin(), spaces_.end(), after);
}

SpurSearch::Mark& SpurSearch::mark(NodeId n) {
  Mark& m = mark_[n.value];
  if (m.epoch != epoch_) m = {epoch_, none, none, false};
  return m;
}

SpurSearch::Local& SpurSearch::local(NodeId n) {
  Local& l = local_[n.value];
  if (l.search != search_) l = {search_, infinity, false, {}};
  return l;
}

void SpurSearch::look_at(const Route& route) {
  ++epoch_;
  looked_at_ = &route;
  for (std::uint32_t i = 0; i < route.nodes.size(); ++i) mark(route.nodes[i]).position = i;
}

// Where the tree's way from `n` first meets the route looked at, counted along that route.
std::uint32_t SpurSearch::lowest(NodeId n) {
  walk_.clear();
  while (!mark(n).lowest_known) {
    walk_.push_back(n);
    if (n == tree_.end()) break;
    n = tree_.at(n).next;
  }
  std::uint32_t low = mark(n).lowest;
  for (; !walk_.empty(); walk_.pop_back()) {
    Mark& m = mark(walk_.back());
    m.lowest = low = std::min(low, m.position);
    m.lowest_known = true;
  }
  return low;
}

bool SpurSearch::open(const Space& s, NodeId from, const Edge& e) {
  const std::uint32_t position = mark(e.to).position;
  if (position != none && position <= s.at) return false;
  return from != looked_at_->nodes[s.at] || std::find(s.barred.begin(), s.barred.end(), e.to) == s.barred.end();
}

// From the cost at the spur node to that of the whole route.
void SpurSearch::finish(Space& s, double cost, std::uint32_t hops) const {
  for (std::uint32_t i = s.at; i-- > 0;) cost += cost_[looked_at_->links[i].value];
  s.cost = cost;
  s.hops = hops + s.at;
}

// Appends the tree's way from `n`, which is the last node so far.
void SpurSearch::follow(Route& route, NodeId n) const {
  while (n != tree_.end()) {
    const PathLabel& label = tree_.at(n);
    route.links.push_back(label.link);
    route.nodes.push_back(n = label.next);
  }
}

// A lower bound from the tree, which minds no barred node. Often its way is open, and is the route itself. False: the space is empty.
bool SpurSearch::bound(Space& s) {
  const NodeId spur = looked_at_->nodes[s.at];
  double cost = infinity;
  std::uint32_t hops = 0;
  const Edge* step = nullptr;
  for (const Edge& e : graph_.edges(spur)) {
    const double c = cost_[e.link.value];
    if (!(c < infinity) || !open(s, spur, e)) continue;
    const PathLabel* label = tree_.reach(e.to);
    if (!label) continue;
    const double sum = label->cost + c;
    if (step && (sum > cost || (sum == cost && label->hops + 1 >= hops))) continue;
    cost = sum;
    hops = label->hops + 1;
    step = &e;
  }
  if (!step) return false;
  finish(s, cost, hops);
  if (lowest(step->to) > s.at) {
    const auto& [nodes, links] = *looked_at_;
    s.route.nodes.assign(nodes.begin(), nodes.begin() + s.at + 1);
    s.route.links.assign(links.begin(), links.begin() + s.at);
    s.route.nodes.push_back(step->to);
    s.route.links.push_back(step->link);
    follow(s.route, step->to);
  }
  return true;
}

void SpurSearch::expand(const Space& s, NodeId n) {
  // Forward sums and those of the labels may differ by rounding: near the least cost nothing is cut off.
  constexpr double slack = 1 + 1e-9;
  const double so_far = local(n).from_spur;
  for (const Edge& e : graph_.edges(n)) {
    const double sum = so_far + cost_[e.link.value];
    if (!(sum < infinity) || !open(s, n, e)) continue;
    const PathLabel* label = tree_.reach(e.to);
    if (!label) continue;
    const double estimate = sum + label->cost;
    Local& there = local(e.to);
    if (estimate > limit_ || there.inner || !(sum < there.from_spur)) continue;
    const bool fresh = there.from_spur == infinity;
    there.from_spur = sum;
    if (lowest(e.to) > s.at) {
      limit_ = std::min(limit_, estimate * slack);
      if (fresh) clean_.push_back(e.to);
    } else {
      queue_.push({estimate, 0, e.to});
    }
  }
}

// The least route of a space: forward with the tree's costs as bounds (A*) as far as nodes whose way in the tree is open, then back from
// these with exact labels. False: the space is empty.
bool SpurSearch::search(Space& s) {
  const NodeId spur = looked_at_->nodes[s.at];
  ++search_;
  limit_ = infinity;
  clean_.clear();
  queue_.clear();
  local(spur).from_spur = 0;
  local(spur).inner = true;
  expand(s, spur);
  while (!queue_.empty()) {
    const PathQueue::Entry top = queue_.pop();
    if (top.cost > limit_) break;
    if (local(top.node).inner) continue;
    local(top.node).inner = true;
    expand(s, top.node);
  }
  if (clean_.empty()) return false;

  queue_.clear();
  for (NodeId n : clean_) {
    Local& l = local(n);
    l.label = tree_.at(n);
    l.label.settled = false;
    queue_.push({l.label.cost, l.label.hops, n});
  }
  while (true) {
    const PathQueue::Entry top = queue_.pop();
    PathLabel& here = local(top.node).label;
    if (here.settled || top.cost != here.cost || top.hops != here.hops) continue;
    here.settled = true;
    if (top.node == spur) break;
    for (const Edge& e : graph_.edges(top.node)) {
      Local& there = local(e.to);
      if (!there.inner || there.label.settled) continue;
      if (e.to == spur && !open(s, spur, {top.node, e.link})) continue;
      const double c = top.cost + cost_[e.link.value];
      if (c < infinity && relax(there.label, c, top.hops + 1, top.node, e.link)) queue_.push({c, top.hops + 1, e.to});
    }
  }

  const PathLabel& found = local(spur).label;
  finish(s, found.cost, found.hops);
  const auto& [nodes, links] = *looked_at_;
  s.route.nodes.assign(nodes.begin(), nodes.begin() + s.at + 1);
  s.route.links.assign(links.begin(), links.begin() + s.at);
  NodeId n = spur;
  while (local(n).inner) {
    const PathLabel& label = local(n).label;
    s.route.links.push_back(label.link);
    s.route.nodes.push_back(n = label.next);
  }
  follow(s.route, n);
  return true;
}

std::vector<Route> SpurSearch::find(NodeId a, std::size_t k, std::span<const double> cost) {
  cost_ = cost;
  accepted_.clear();
  spaces_.clear();
  accepted_.reserve(std::min<std::size_t>(k, 1024));
  if (const PathLabel* label = tree_.reach(a)) {
    Space all;
    all.cost = label->cost;
    all.hops = label->hops;
    all.route.nodes.push_back(a);
    follow(all.route, a);
    push(std::move(all));
  }
  while (!spaces_.empty()) {
    std::pop_heap(spaces_.begin(), spaces_.end(), after);
    Space s = std::move(spaces_.back());
    spaces_.pop_back();
    if (s.route.nodes.empty()) {
      look_at(accepted_[s.parent]);
      if (search(s)) push(std::move(s));
      continue;
    }
    accepted_.push_back(std::move(s.route));
    if (accepted_.size() == k) break;
    const Route& route = accepted_.back();
    look_at(route);
    for (std::uint32_t at = s.at; at + 1 < route.nodes.size(); ++at) {
      Space part;
      part.parent = static_cast<std::uint32_t>(accepted_.size() - 1);
      part.at = at;
      if (at == s.at) part.barred = std::move(s.barred);
      part.barred.push_back(route.nodes[at + 1]);
      if (bound(part)) push(std::move(part));
    }
  }
  return std::move(accepted_);
}

// ---- the finder -------------------------------------------------------------------------------------------------------------------------

PathFinder::PathFinder(const Graph& graph) : graph_(graph), tree_(graph) {}
PathFinder::~PathFinder() = default;

Route PathFinder::shortest(NodeId a, NodeId b, std::span<const double> cost) {
  tree_.start(b, cost);
  Route route;
  if (!tree_.reach(a)) return route;
  route.nodes.push_back(a);
  while (a != b) {
    const PathLabel& label = tree_.at(a);
    route.links.push_back(label.link);
    route.nodes.push_back(a = label.next);
  }
  return route;
}

std::vector<Route> PathFinder::k_shortest(NodeId a, NodeId b, std::size_t k, std::span<const double> cost) {
  if (k <= 1) {
    std::vector<Route> routes;
    if (k == 1)
      if (Route route = shortest(a, b, cost)) routes.push_back(std::move(route));
    return routes;
  }
  if (!spurs_) spurs_ = std::make_unique<SpurSearch>(graph_, tree_);
  tree_.start(b, cost);
  return spurs_->find(a, k, cost);
}

double route_cost(const Route& route, std::span<const double> cost) {
  double sum = 0;
  for (std::size_t i = route.links.size(); i-- > 0;) sum += cost[route.links[i].value];
  return sum;
}

}  // namespace farbell
