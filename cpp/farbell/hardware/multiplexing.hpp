// Many modes in one attempt: a train of light, each mode of which may herald a pair.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

enum class TrainUse { own, shared };

struct MultiplexingSpec {
  std::int64_t modes = 1;
  double mode_separation_s = 0;
  TrainUse train = TrainUse::own;
  bool shared_detectors = false;
  double switch_loss_db = 0;
  double crosstalk = 0;

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
            "Time from one mode to the next, by which the attempt is longer; 0 = modes of frequency or space, see shared_detectors."),
      field("train", &MultiplexingSpec::train, "Whom a train serves."),
      field("shared_detectors", &MultiplexingSpec::shared_detectors,
            "Whether modes of frequency or space come to one pair of detectors, within one window: then a click in two modes is no herald."),
      field("switch_loss_db", &MultiplexingSpec::switch_loss_db, non_negative,
            "Loss in dB of each arm's light in the switch that leads modes to a memory, or from it."),
      field("crosstalk", &MultiplexingSpec::crosstalk, unit_interval,
            "Light of all other modes that comes to a mode's detectors, as a share of the mode's own.").improves(Improvement::rate),
  };
  static void check(const MultiplexingSpec& spec);
};

}  // namespace farbell
