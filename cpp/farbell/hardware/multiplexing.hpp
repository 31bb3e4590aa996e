// Many modes in one attempt: a train of light, each mode of which may herald a pair.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

enum class TrainUse { own, shared };

struct MultiplexingSpec {
  std::int64_t modes = 1;
  double mode_separation_s = 0;
  TrainUse train = TrainUse::own;

  double train_s() const { return static_cast<double>(modes - 1) * mode_separation_s; }  // from the first mode to the last

  bool operator==(const MultiplexingSpec&) const = default;
};

template <>
struct Describe<TrainUse> {
  static constexpr std::string_view name = "TrainUse";
  static constexpr auto values = std::array{
      Choice<TrainUse>{TrainUse::own, "own", "each lane has a train of its own, as of a multimode memory, and keeps the first mode that succeeds"},
      Choice<TrainUse>{TrainUse::shared, "shared", "one train feeds all lanes of a circuit: a free lane each for its first modes that succeed"},
  };
};

template <>
struct Describe<MultiplexingSpec> {
  static constexpr std::string_view name = "Multiplexing";
  static constexpr std::string_view doc = "Many modes in one attempt; the success probability of the generation is that of one mode.";
  static constexpr auto fields = std::tuple{
      required(field("modes", &MultiplexingSpec::modes, within(1, 1'000'000), "Modes in the train of an attempt.")),
      field("mode_separation_s", &MultiplexingSpec::mode_separation_s, "s", non_negative,
            "Time from one mode to the next, by which the attempt is longer; 0 = modes of frequency or space, each with detectors of its own."),
      field("train", &MultiplexingSpec::train, "Whom a train serves."),
  };
};

}  // namespace farbell
