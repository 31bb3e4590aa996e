// Decisions of a run that are a researcher's own: by a rule (a flat program over columns) or by a hook (a function that is called).
// Both see columns of what the node knows, and nothing else; a column is worked out when it is read.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/protocols/rule_spec.hpp"

namespace farbell {

// "a" and "b": of the pair towards that end of the route.
enum class RuleColumn : std::uint8_t {
  time_s, hops, position, t1_s, t2_s,
  age_s_a, age_s_b, estimated_fidelity_a, estimated_fidelity_b, pair_hops_a, pair_hops_b, waited_s_a, waited_s_b, waiting_a, waiting_b,
  age_s, estimated_fidelity, pair_hops, waited_s, towards_a,
  request, pairs, min_fidelity, waiting_requests, served_requests,
};

struct RuleColumnInfo {
  RuleColumn column;
  std::string_view name, unit, doc;
  std::uint8_t points;  // at which it is known: a bit each
  bool truth = false;   // true or false, instead of a number

  constexpr bool at(DecisionPoint point) const { return points >> static_cast<int>(point) & 1; }
};

// The one table of what is known where; errors, the views of hooks and the documentation are made from it.
inline constexpr std::uint8_t at_swap = 1, at_discard = 2, at_admit = 4, at_nodes = at_swap | at_discard;
inline constexpr auto rule_columns = std::array{
    RuleColumnInfo{RuleColumn::time_s, "time_s", "s", "Simulated time.", at_nodes | at_admit},
    RuleColumnInfo{RuleColumn::hops, "hops", "", "Hops of the route.", at_nodes | at_admit},
    RuleColumnInfo{RuleColumn::position, "position", "", "Position of the node on the route, node_a being 0.", at_nodes},
    RuleColumnInfo{RuleColumn::t1_s, "t1_s", "s", "T1 of the node's memory; infinite if it has none.", at_nodes},
    RuleColumnInfo{RuleColumn::t2_s, "t2_s", "s", "T2 of the node's memory; infinite if it has none.", at_nodes},
    RuleColumnInfo{RuleColumn::age_s_a, "age_s_a", "s", "Age of the pair towards node_a since its emission, as the node knows it.", at_swap},
    RuleColumnInfo{RuleColumn::age_s_b, "age_s_b", "s", "The same of the pair towards node_b.", at_swap},
    RuleColumnInfo{RuleColumn::estimated_fidelity_a, "estimated_fidelity_a", "",
               "Fidelity of the pair towards node_a, as the node works it out from the herald and the declared memories.", at_swap},
    RuleColumnInfo{RuleColumn::estimated_fidelity_b, "estimated_fidelity_b", "", "The same of the pair towards node_b.", at_swap},
    RuleColumnInfo{RuleColumn::pair_hops_a, "pair_hops_a", "", "Hops that the pair towards node_a spans, as news of swaps has told.", at_swap},
    RuleColumnInfo{RuleColumn::pair_hops_b, "pair_hops_b", "", "The same of the pair towards node_b.", at_swap},
    RuleColumnInfo{RuleColumn::waited_s_a, "waited_s_a", "s", "Time since the node could use the pair towards node_a.", at_swap},
    RuleColumnInfo{RuleColumn::waited_s_b, "waited_s_b", "s", "The same of the pair towards node_b.", at_swap},
    RuleColumnInfo{RuleColumn::waiting_a, "waiting_a", "", "Pairs towards node_a that the node could swap.", at_nodes},
    RuleColumnInfo{RuleColumn::waiting_b, "waiting_b", "", "Pairs towards node_b that the node could swap.", at_nodes},
    RuleColumnInfo{RuleColumn::age_s, "age_s", "s", "Age of the pair since its emission, as the node knows it.", at_discard},
    RuleColumnInfo{RuleColumn::estimated_fidelity, "estimated_fidelity", "",
               "Fidelity of the pair, as the node works it out from the herald and the declared memories.", at_discard},
    RuleColumnInfo{RuleColumn::pair_hops, "pair_hops", "", "Hops that the pair spans, as news of swaps has told.", at_discard},
    RuleColumnInfo{RuleColumn::waited_s, "waited_s", "s", "Time since the node could use the pair.", at_discard},
    RuleColumnInfo{RuleColumn::towards_a, "towards_a", "", "Whether the pair leads towards node_a.", at_discard, true},
    RuleColumnInfo{RuleColumn::request, "request", "", "Number of the request, the demand's first being 0.", at_admit},
    RuleColumnInfo{RuleColumn::pairs, "pairs", "", "Pairs that the request asks for; infinite if it has no end.", at_admit},
    RuleColumnInfo{RuleColumn::min_fidelity, "min_fidelity", "", "Fidelity that it asks for.", at_admit},
    RuleColumnInfo{RuleColumn::waiting_requests, "waiting_requests", "", "Requests of the demand that wait.", at_admit},
    RuleColumnInfo{RuleColumn::served_requests, "served_requests", "", "Requests of the demand that are served.", at_admit},
};

constexpr bool is_estimate(RuleColumn c) {
  return c == RuleColumn::estimated_fidelity || c == RuleColumn::estimated_fidelity_a || c == RuleColumn::estimated_fidelity_b;
}

// A condition in postfix order, over doubles; 1 = true, 0 = false.
struct RuleProgram {
  enum class Op : std::uint8_t {
    number, column, negate, add, subtract, multiply, divide, less, less_equal, greater, greater_equal, equal, not_equal, logical_not,
    or_else,   // true: over the next `skip` steps; false: gone
    and_then,  // false: the same
    minimum, maximum, abs, exp, log, sqrt
  };
  struct Step {
    Op op{};
    RuleColumn column{};
    std::uint32_t skip = 0;
    double number = 0;
  };
  static constexpr std::size_t max_depth = 64;  // of what waits to be combined

  std::vector<Step> steps;

  template <class Test>
  bool reads(Test test) const {
    for (const Step& s : steps)
      if (s.op == Op::column && test(s.column)) return true;
    return false;
  }

  template <class View>
  bool holds(const View& view) const {
    std::array<double, max_depth> stack;
    double* top = stack.data() - 1;
    const auto combine = [&](auto operation) {
      --top;
      *top = static_cast<double>(operation(top[0], top[1]));
    };
    const Step* const end = steps.data() + steps.size();
    for (const Step* s = steps.data(); s != end; ++s) switch (s->op) {
        case Op::number: *++top = s->number; break;
        case Op::column: *++top = view(s->column); break;
        case Op::negate: *top = -*top; break;
        case Op::add: combine([](double x, double y) { return x + y; }); break;
        case Op::subtract: combine([](double x, double y) { return x - y; }); break;
        case Op::multiply: combine([](double x, double y) { return x * y; }); break;
        case Op::divide: combine([](double x, double y) { return x / y; }); break;
        case Op::less: combine([](double x, double y) { return x < y; }); break;
        case Op::less_equal: combine([](double x, double y) { return x <= y; }); break;
        case Op::greater: combine([](double x, double y) { return x > y; }); break;
        case Op::greater_equal: combine([](double x, double y) { return x >= y; }); break;
        case Op::equal: combine([](double x, double y) { return x == y; }); break;
        case Op::not_equal: combine([](double x, double y) { return x < y || x > y; }); break;
        case Op::logical_not: *top = 1 - *top; break;
        case Op::or_else:
          if (*top != 0) s += s->skip;
          else --top;
          break;
        case Op::and_then:
          if (*top == 0) s += s->skip;
          else --top;
          break;
        case Op::minimum: combine([](double x, double y) { return y < x ? y : x; }); break;
        case Op::maximum: combine([](double x, double y) { return y > x ? y : x; }); break;
        case Op::abs: *top = std::abs(*top); break;
        case Op::exp: *top = std::exp(*top); break;
        case Op::log: *top = std::log(*top); break;
        case Op::sqrt: *top = std::sqrt(*top); break;
      }
    return *top != 0;
  }
};

// Throws a SpecError at `path` for text that is no condition on what is known at the point.
RuleProgram compile_rule(DecisionPoint point, std::string_view text, const std::string& path);

// What a hook is asked. The view lives while it is called.
struct Question {
  DecisionPoint point{};
  NodeId node;  // none where the demand decides
  DemandId demand;
  Tick now{};
  const void* view = nullptr;
  double (*value)(const void* view, RuleColumn column) = nullptr;
};

// A link that waits for a turn at an optical switch.
struct TurnQuestion {
  LinkId link;
  std::uint32_t of_switch = 0;
  Tick now{}, asked{};        // since when it has waited
  std::uint64_t requests = 0; // open, of the circuits over it
  Tick due = never;           // the earliest deadline of those that are served
  double success_rate = 0;    // per tick and lane
};

// Functions from outside the core, for every switch and for every demand. They may throw, which ends the replica.
struct TurnHook {
  void* self = nullptr;
  double (*rank)(void* self, const TurnQuestion& question) = nullptr;  // the highest goes first
};
struct DecisionHook {
  void* self = nullptr;
  bool (*decide)(void* self, const Question& question) = nullptr;
};
using DecisionHooks = std::array<const DecisionHook*, decision_points>;  // none where nobody is asked

using RulePrograms = std::array<std::optional<RuleProgram>, decision_points>;

// Of one demand in one run: at each point by a rule, by a hook, or (neither) by what the demand's other fields say.
class Decisions {
 public:
  Decisions(const RulePrograms& rules, const DecisionHooks& hooks) {
    for (std::size_t p = 0; p < decision_points; ++p) {
      if (rules[p]) at_[p].rule = &*rules[p];
      else at_[p].hook = hooks[p];
      estimates_ = estimates_ || (rules[p] ? rules[p]->reads(is_estimate) : hooks[p] != nullptr);
    }
  }

  bool taken(DecisionPoint point) const { return at(point).rule || at(point).hook; }
  bool estimates() const { return estimates_; }  // of fidelities may be asked for
  bool of_nodes() const { return taken(DecisionPoint::swap) || taken(DecisionPoint::discard); }

  // `view`: a column's value by its name.
  template <class View>
  bool decide(DecisionPoint point, const View& view, NodeId node, DemandId demand, Tick now) const {
    const Way& way = at(point);
    if (way.rule) return way.rule->holds(view);
    return way.hook->decide(way.hook->self, {point, node, demand, now, &view, [](const void* v, RuleColumn column) {
                                               return (*static_cast<const View*>(v))(column);
                                             }});
  }

 private:
  struct Way {
    const RuleProgram* rule = nullptr;
    const DecisionHook* hook = nullptr;
  };
  const Way& at(DecisionPoint point) const { return at_[static_cast<std::size_t>(point)]; }

  std::array<Way, decision_points> at_;
  bool estimates_ = false;
};

}  // namespace farbell
