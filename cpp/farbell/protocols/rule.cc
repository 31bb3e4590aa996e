// Conditions as text, made into flat programs: a recursive descent, with Python's precedence.
#include <charconv>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"
#include "farbell/protocols/decisions.hpp"

namespace farbell {

namespace {

using Op = RuleProgram::Op;

struct Function {
  std::string_view name;
  int arguments;
  Op op;
};
constexpr auto functions = std::array{Function{"min", 2, Op::minimum}, Function{"max", 2, Op::maximum}, Function{"abs", 1, Op::abs},
                                      Function{"exp", 1, Op::exp},     Function{"log", 1, Op::log},     Function{"sqrt", 1, Op::sqrt}};
constexpr auto comparisons = std::array{std::pair{std::string_view("<="), Op::less_equal}, std::pair{std::string_view(">="), Op::greater_equal},
                                        std::pair{std::string_view("=="), Op::equal},      std::pair{std::string_view("!="), Op::not_equal},
                                        std::pair{std::string_view("<"), Op::less},        std::pair{std::string_view(">"), Op::greater}};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class RuleParser {
 public:
  RuleParser(DecisionPoint point, std::string_view text, const std::string& path) : point_(point), text_(text), path_(path) { next(); }

  RuleProgram parse() {
    const Value whole = disjunction();
    if (!token_.empty()) refuse(token_, "an operator, or the end of the condition");
    need(whole, Type::truth, "a condition, which is true or false");
    return std::move(program_);
  }

 private:
  enum class Type { number, truth };
  // What was read last, and where it starts.
  struct Value {
    Type type;
    std::size_t at;
  };

  [[noreturn]] void refuse(std::string_view found, const std::string& allowed, const std::string& nearest = {}) const {
    refuse(found.empty() ? "the end" : in_quotes(shortened(printable(found), 30)), at_, allowed, nearest);
  }
  [[noreturn]] void refuse(const std::string& what, std::size_t at, const std::string& allowed, const std::string& nearest = {}) const {
    throw SpecError(path_, what + " at character " + std::to_string(at + 1) + " of " + in_quotes(shortened(printable(text_), 200)), allowed, nearest);
  }

  // Moves on to the next token; empty at the end.
  void next() {
    while (end_ < text_.size() && (text_[end_] == ' ' || text_[end_] == '\t' || text_[end_] == '\n' || text_[end_] == '\r')) ++end_;
    at_ = end_;
    if (at_ == text_.size()) {
      token_ = {};
      return;
    }
    const auto in = [&](auto test) {
      while (end_ < text_.size() && test(text_[end_])) ++end_;
    };
    const char c = text_[at_];
    if (is_letter(c)) {
      in([](char x) { return is_letter(x) || is_digit(x); });
    } else if (is_digit(c) || c == '.') {
      const auto number = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number_);
      if (number.ec != std::errc()) refuse(text_.substr(at_, 1), "a number that a double can hold, a name or an operator");
      end_ = static_cast<std::size_t>(number.ptr - text_.data());
    } else {
      end_ += at_ + 1 < text_.size() && text_[at_ + 1] == '=' && std::string_view("<>=!").find(c) != std::string_view::npos ? 2 : 1;
    }
    token_ = text_.substr(at_, end_ - at_);
  }
  bool take(std::string_view token) {
    if (token_ != token) return false;
    next();
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) refuse(token_, in_quotes(token));
  }
  void need(Value value, Type type, const std::string& wanted) const {
    if (value.type != type) refuse(type == Type::truth ? "a number" : "a condition", value.at, wanted);
  }

  void add(Op op) { add(RuleProgram::Step{op}, op >= Op::abs || op == Op::negate || op == Op::logical_not ? 0 : -1); }
  void add(RuleProgram::Step step, int deeper) {
    program_.steps.push_back(step);
    depth_ += deeper;
    if (depth_ > RuleProgram::max_depth) too_deep();
  }
  [[noreturn]] void too_deep() const { refuse("something nested too deeply", at_, "a condition of fewer parentheses"); }

  // `a or b`: b is skipped where a has decided.
  template <class Operand>
  Value joined(std::string_view word, Op op, Operand operand) {
    const Value first = operand();
    if (token_ != word) return first;
    const std::string wanted = "a condition on either side of \"" + std::string(word) + "\"";
    need(first, Type::truth, wanted);
    while (take(word)) {
      const std::size_t jump = program_.steps.size();
      add(RuleProgram::Step{op}, -1);
      need(operand(), Type::truth, wanted);
      program_.steps[jump].skip = static_cast<std::uint32_t>(program_.steps.size() - 1 - jump);
    }
    return first;
  }
  Value disjunction() {
    return joined("or", Op::or_else, [&] { return conjunction(); });
  }
  Value conjunction() {
    return joined("and", Op::and_then, [&] { return negation(); });
  }
  Value negation() {
    const std::size_t at = at_;
    if (!take("not")) return comparison();
    nested([&] { need(negation(), Type::truth, "a condition after \"not\""); });
    add(Op::logical_not);
    return {Type::truth, at};
  }
  Value comparison() {
    const Value left = sum();
    for (const auto& [token, op] : comparisons)
      if (token_ == token) {
        const std::string wanted = "numbers on either side of \"" + std::string(token) + "\"";
        need(left, Type::number, wanted);
        next();
        need(sum(), Type::number, wanted);
        for (const auto& [again, _] : comparisons)
          if (token_ == again) refuse(token_, "one comparison at a time, such as a < b and b < c");
        add(op);
        return {Type::truth, left.at};
      }
    return left;
  }
  template <class Operand>
  Value chained(std::string_view one, Op of_one, std::string_view two, Op of_two, Operand operand) {
    const Value left = operand();
    while (token_ == one || token_ == two) {
      const std::string wanted = "numbers on either side of \"" + std::string(token_) + "\"";
      need(left, Type::number, wanted);
      const Op op = token_ == one ? of_one : of_two;
      next();
      need(operand(), Type::number, wanted);
      add(op);
    }
    return left;
  }
  Value sum() {
    return chained("+", Op::add, "-", Op::subtract, [&] { return product(); });
  }
  Value product() {
    return chained("*", Op::multiply, "/", Op::divide, [&] { return signed_value(); });
  }
  Value signed_value() {
    const std::size_t at = at_;
    if (!take("-")) return atom();
    nested([&] { need(signed_value(), Type::number, "a number after \"-\""); });
    add(Op::negate);
    return {Type::number, at};
  }

  template <class Inner>
  void nested(Inner inner) {
    if (++nesting_ > RuleProgram::max_depth) too_deep();
    inner();
    --nesting_;
  }
  Value number(double value, Type type) {
    const std::size_t at = at_;
    add({Op::number, {}, 0, value}, 1);
    next();
    return {type, at};
  }
  Value atom() {
    const std::size_t at = at_;
    if (token_.empty()) refuse(token_, "a column, a number or \"(\"");
    if (is_digit(token_[0]) || (token_[0] == '.' && token_.size() > 1)) return number(number_, Type::number);
    if (token_ == "true" || token_ == "True") return number(1, Type::truth);
    if (token_ == "false" || token_ == "False") return number(0, Type::truth);
    if (take("(")) {
      Value inner{};
      nested([&] { inner = disjunction(); });
      expect(")");
      return {inner.type, at};
    }
    if (!is_letter(token_[0])) refuse(token_, "a column, a number or \"(\"");
    for (const Function& f : functions)
      if (token_ == f.name) return call(f);
    for (const RuleColumnInfo& column : rule_columns)
      if (token_ == column.name && column.at(point_)) {
        add({Op::column, column.column}, 1);
        next();
        return {column.truth ? Type::truth : Type::number, at};
      }
    unknown();
  }
  Value call(const Function& f) {
    const std::size_t at = at_;
    const std::string wanted = std::string(f.name) + " of " + (f.arguments == 1 ? "a number" : "two numbers");
    next();
    expect("(");
    nested([&] {
      for (int k = 0; k < f.arguments; ++k) {
        if (k > 0) expect(",");
        need(sum(), Type::number, wanted);
      }
    });
    expect(")");
    add(f.op);
    return {Type::number, at};
  }
  [[noreturn]] void unknown() const {
    std::string known;
    Nearest nearest(token_);
    for (const RuleColumnInfo& column : rule_columns)
      if (column.at(point_)) {
        known += (known.empty() ? "" : ", ") + std::string(column.name);
        nearest.offer(column.name);
      }
    std::string names;
    for (const Function& f : functions) {
      names += (names.empty() ? "" : ", ") + std::string(f.name);
      nearest.offer(f.name);
    }
    refuse(token_, "what is known where \"" + std::string(choice_name(point_)) + "\" is decided: " + known + "; or a function: " + names,
           nearest.best());
  }

  DecisionPoint point_;
  std::string_view text_, token_;
  const std::string& path_;
  std::size_t at_ = 0, end_ = 0;  // of the token
  double number_ = 0;
  std::size_t depth_ = 0, nesting_ = 0;
  RuleProgram program_;
};

}  // namespace

RuleProgram compile_rule(DecisionPoint point, std::string_view text, const std::string& path) { return RuleParser(point, text, path).parse(); }

}  // namespace farbell
