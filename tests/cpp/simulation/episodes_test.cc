// Episodes side by side on several threads: as each is by itself. Under the thread sanitizer, races would show here.
#include "farbell/simulation/episodes.hpp"

#include <gtest/gtest.h>

#include "farbell/simulation/routing_game.hpp"
#include "farbell/simulation/spec_json.hpp"

namespace farbell {
namespace {

std::shared_ptr<const Model> ring_to_play() {
  std::string text = R"({"version": 1, "memories": [{"name": "m", "slots": 4}], "nodes": [)";
  for (int i = 0; i < 5; ++i) text += (i ? ", " : "") + std::string(R"({"name": "n)") + std::to_string(i) + R"(", "memory": "m"})";
  text += "], \"links\": [";
  for (int i = 0; i < 5; ++i)
    text += (i ? ", " : "") + std::string(R"({"node_a": "n)") + std::to_string(i) + R"(", "node_b": "n)" + std::to_string((i + 1) % 5) +
            R"(", "fiber": {"length_m": 2000}, "generation": {"kind": "given", "success_probability": 0.2, "attempt_period_s": "10 us",
               "herald_delay_s": "10 us"}})";
  text += R"(], "demands": [{"node_a": "n0", "node_b": "n2", "traffic": {"kind": "poisson", "rate_hz": 5000}},
                            {"node_a": "n1", "node_b": "n4", "traffic": {"kind": "poisson", "rate_hz": 5000}}],
             "routing": {"alternatives": 2}, "duration_s": 0.004})";
  return std::make_shared<const Model>(compile(parse_scenario(text)));
}

struct PlayedSteps {
  PlayedSteps(const RoutingGame& game, std::size_t envs)
      : observations(envs * game.observation), masks(envs * game.mask), rewards(envs), infos(envs * step_infos.size()) {}
  std::vector<float> observations;
  std::vector<std::int8_t> masks;
  std::vector<double> rewards, infos;
  bool ended[2][16] = {};
  StepArrays arrays() { return {observations.data(), masks.data(), rewards.data(), ended[0], ended[1], infos.data()}; }
};

TEST(Episodes, AreTheSameOnAnyNumberOfThreadsAndAlone) {
  const std::shared_ptr<const Model> model = ring_to_play();
  const RoutingGame game(*model, RoutingReward::requests);
  constexpr std::size_t envs = 16;
  const auto always = [] { return true; };
  std::vector<std::uint64_t> seeds;
  std::vector<std::int64_t> actions;
  for (std::size_t i = 0; i < envs; ++i) {
    seeds.push_back(7 + i);
    actions.push_back(static_cast<std::int64_t>(i % 2));
  }
  Episodes<RoutingGame> on_three(model, game, envs, 3, false);
  PlayedSteps together(game, envs), alone(game, 1);
  std::vector<std::unique_ptr<Episodes<RoutingGame>>> single;
  ASSERT_TRUE(on_three.reset(seeds, together.arrays(), always));
  for (std::size_t i = 0; i < envs; ++i) {
    single.push_back(std::make_unique<Episodes<RoutingGame>>(model, game, 1, 1, false));
    ASSERT_TRUE(single[i]->reset(std::span(seeds).subspan(i, 1), alone.arrays(), always));
  }
  double served = 0;
  int ends = 0;
  for (int step = 0; step < 100; ++step) {
    ASSERT_TRUE(on_three.step(actions, together.arrays(), always));
    for (std::size_t i = 0; i < envs; ++i) {
      ASSERT_TRUE(single[i]->step(std::span(actions).subspan(i, 1), alone.arrays(), always));
      for (std::size_t k = 0; k < game.observation; ++k) ASSERT_EQ(together.observations[i * game.observation + k], alone.observations[k]);
      for (std::size_t k = 0; k < step_infos.size(); ++k) ASSERT_EQ(together.infos[i * step_infos.size() + k], alone.infos[k]);
      ASSERT_EQ(together.rewards[i], alone.rewards[0]);
      ASSERT_EQ(together.ended[1][i], alone.ended[1][0]);
      served += alone.rewards[0];
      ends += alone.ended[1][0];
    }
  }
  EXPECT_GT(served, 500);
  EXPECT_GT(ends, 20);
}

TEST(Episodes, RefuseWhatIsNoActionAndStepsBeforeTheyBegin) {
  const std::shared_ptr<const Model> model = ring_to_play();
  const RoutingGame game(*model, RoutingReward::requests);
  Episodes<RoutingGame> two(model, game, 2, 2, false);
  PlayedSteps out(game, 2);
  const std::vector<std::int64_t> wrong{0, 2};
  EXPECT_THROW(two.step(wrong, out.arrays(), [] { return true; }), RunError);  // it has not begun
  ASSERT_TRUE(two.reset(out.arrays(), [] { return true; }));
  EXPECT_THROW(two.step(wrong, out.arrays(), [] { return true; }), SpecError);
}

}  // namespace
}  // namespace farbell
