// Seeded mutations of valid scenario files: each result is refused with a SpecError, by reading or by compile(), or is a scenario
// that writes and reads back equal and runs. FARBELL_MUTATIONS sets how many documents are made, FARBELL_MUTATION_SEED the seed of the first.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "farbell/base/errors.hpp"
#include "farbell/simulation/run.hpp"
#include "farbell/simulation/spec_json.hpp"
#include "spec_documents.hpp"

namespace farbell {
namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string document() {
    std::string text(documents[below(documents.size())]);
    const std::size_t rounds = 1 + below(2) * below(4);
    for (std::size_t i = 0; i < rounds; ++i) mutate(text);
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  template <std::size_t N>
  std::string_view any(const std::string_view (&list)[N]) {
    return list[below(N)];
  }

  struct Part {
    std::size_t start, size;
  };

  // A JSON token (a text, a number or word, a bracket) that starts at or after a random place.
  Part token(const std::string& text) {
    std::size_t start = below(text.size());
    while (start < text.size() && std::string_view(" \n\t:,").find(text[start]) != std::string_view::npos) ++start;
    if (start == text.size()) return {start, 0};
    std::size_t end = start + 1;
    if (text[start] == '"') {
      while (end < text.size() && text[end] != '"') ++end;
      end = std::min(end + 1, text.size());
    } else if (std::string_view("[]{}").find(text[start]) == std::string_view::npos) {
      while (end < text.size() && std::string_view(" \n\t:,[]{}\"").find(text[end]) == std::string_view::npos) ++end;
    }
    return {start, end - start};
  }

  // A member of an object or an element of a list, more or less: from one comma to the next.
  Part item(const std::string& text) {
    const std::size_t start = text.find(',', below(text.size()));
    if (start == std::string::npos) return {0, 0};
    const std::size_t end = std::min(text.find(',', start + 1), text.size());
    return {start, end - start};
  }

  // The number, word or text after a random colon.
  Part value(const std::string& text) {
    std::size_t start = text.find(": ", below(text.size()));
    if (start == std::string::npos) return {0, 0};
    start += 2;
    const std::size_t end = std::min(text.find_first_of(",}]\n", start), text.size());
    return {start, end - start};
  }

  void mutate(std::string& text) {
    static constexpr std::string_view numbers[] = {"0",     "-0",   "-1",    "1",   "2",    "1e308",  "1e309", "-1e-400",
                                                   "5e-324", "0.5", "NaN",   "1e2", "1.5",  "9223372036854775807",
                                                   "9223372036854775808", "18446744073709551616", "Infinity", "01", "1."};
    static constexpr std::string_view words[] = {"null",    "true",     "\"\"",    "[]",     "{}",      "\"1 km\"", "\"1 ms\"",
                                                 "\"5 d\"", "\"-3 Hz\"", "\"ps\"", "\"ns\"", "\"1 xs\"", "\"\\u0000\"",
                                                 "\"\\ud800\"", "[[[]]]", "{\"kind\": \"given\"}", "{\"kind\": \"one_off\"}",
                                                 "\"gaussian\"", "\"attempt\"", "\"slotted\""};
    switch (below(10)) {
      case 0:  // another byte
        if (!text.empty()) text[below(text.size())] = static_cast<char>(random_());
        break;
      case 1:  // a bit flipped
        if (!text.empty()) text[below(text.size())] ^= static_cast<char>(1u << below(8));
        break;
      case 2:  // cut off
        text.resize(below(text.size() + 1));
        break;
      case 3: {  // a token twice, elsewhere
        const Part from = token(text);
        const Part to = token(text);
        text.replace(to.start, to.size, text.substr(from.start, from.size));
        break;
      }
      case 4: {  // a member or element twice
        const Part from = item(text);
        text.insert(from.start, text.substr(from.start, from.size));
        break;
      }
      case 5: {  // a member or element gone
        const Part gone = item(text);
        text.erase(gone.start, gone.size);
        break;
      }
      case 6: {
        const Part at = value(text);
        text.replace(at.start, at.size, any(numbers));
        break;
      }
      case 7: {
        const Part at = value(text);
        text.replace(at.start, at.size, any(words));
        break;
      }
      case 8: {  // deeper, up to and past the limit
        const std::size_t depth = 1 + below(70);
        const Part at = value(text);
        text.insert(at.start + at.size, depth, ']');
        text.insert(at.start, depth, '[');
        break;
      }
      case 9: {  // two parts of the document exchanged
        const Part a = item(text);
        const Part b = item(text);
        if (a.start + a.size <= b.start) {
          const std::string first = text.substr(a.start, a.size);
          const std::string second = text.substr(b.start, b.size);
          text.replace(b.start, b.size, first);
          text.replace(a.start, a.size, second);
        }
        break;
      }
    }
  }

  std::mt19937_64 random_;
};

// Far enough for links, swaps and deliveries to happen.
RunOptions short_run() {
  RunOptions options;
  options.max_events = 500;
  options.max_wall_s = 10;
  return options;
}

TEST(MutatedScenarios, AreRefusedOrReadBackEqualAndRun) {
  for (const std::string_view document : documents) EXPECT_NO_THROW(run(compile(parse_scenario(document)), short_run(), {}));
  const std::uint64_t count = setting("FARBELL_MUTATIONS", 20'000);
  const std::uint64_t first = setting("FARBELL_MUTATION_SEED", 1);
  std::uint64_t read = 0;
  std::uint64_t compiled = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string text = Mutator(seed).document();
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    try {
      const ScenarioSpec scenario = parse_scenario(text);
      ++read;
      ASSERT_EQ(parse_scenario(write_scenario(scenario)), scenario);
      const Model model = compile(scenario);
      ++compiled;
      run(model, short_run(), {});
    } catch (const SpecError& error) {
      ASSERT_FALSE(error.found.empty());
      ASSERT_FALSE(error.allowed.empty());
    } catch (const std::exception& error) {
      FAIL() << error.what();
    }
  }
  // The mutations are of use only while some documents pass and most do not.
  if (count >= 1000) {
    EXPECT_GT(compiled, count / 100);
    EXPECT_LT(read, count / 2);
  }
  RecordProperty("documents", std::to_string(count));
  RecordProperty("read", std::to_string(read));
  RecordProperty("compiled", std::to_string(compiled));
}

}  // namespace
}  // namespace farbell
