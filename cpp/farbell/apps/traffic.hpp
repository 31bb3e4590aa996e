// When the requests of a demand are asked.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct OneOffSpec {
  double at_s = 0;
  std::int64_t requests = 1;

  bool operator==(const OneOffSpec&) const = default;
};

struct BackToBackSpec {
  double at_s = 0;
  std::optional<std::int64_t> requests;

  bool operator==(const BackToBackSpec&) const = default;
};

struct ContinuousSpec {
  double at_s = 0;

  bool operator==(const ContinuousSpec&) const = default;
};

struct PoissonSpec {
  double rate_hz = 1;
  double at_s = 0;

  bool operator==(const PoissonSpec&) const = default;
};

struct TableSpec {
  std::vector<double> at_s;

  bool operator==(const TableSpec&) const = default;
};

struct ByProgramsSpec {
  bool operator==(const ByProgramsSpec&) const = default;
};

using TrafficSpec = std::variant<ContinuousSpec, OneOffSpec, BackToBackSpec, PoissonSpec, TableSpec, ByProgramsSpec>;

template <>
struct Describe<OneOffSpec> {
  static constexpr std::string_view name = "OneOff";
  static constexpr std::string_view kind = "one_off";
  static constexpr std::string_view doc = "Requests that are all asked at one time.";
  static constexpr auto fields = std::tuple{
      field("at_s", &OneOffSpec::at_s, "s", non_negative, "When they are asked."),
      field("requests", &OneOffSpec::requests, within(1, 1'000'000'000), "How many."),
  };
};

template <>
struct Describe<BackToBackSpec> {
  static constexpr std::string_view name = "BackToBack";
  static constexpr std::string_view kind = "back_to_back";
  static constexpr std::string_view doc = "Requests each asked when the one before has ended.";
  static constexpr auto fields = std::tuple{
      field("at_s", &BackToBackSpec::at_s, "s", non_negative, "When the first is asked."),
      field("requests", &BackToBackSpec::requests, at_least(1), "How many; null = without end."),
  };
};

template <>
struct Describe<ContinuousSpec> {
  static constexpr std::string_view name = "Continuous";
  static constexpr std::string_view kind = "continuous";
  static constexpr std::string_view doc = "One request without end.";
  static constexpr auto fields = std::tuple{
      field("at_s", &ContinuousSpec::at_s, "s", non_negative, "When it is asked."),
  };
};

template <>
struct Describe<PoissonSpec> {
  static constexpr std::string_view name = "Poisson";
  static constexpr std::string_view kind = "poisson";
  static constexpr std::string_view doc = "Requests asked at random times, independently of each other.";
  static constexpr auto fields = std::tuple{
      required(field("rate_hz", &PoissonSpec::rate_hz, "Hz", positive, "Mean number of requests per second.")),
      field("at_s", &PoissonSpec::at_s, "s", non_negative, "From when on."),
  };
};

template <>
struct Describe<ByProgramsSpec> {
  static constexpr std::string_view name = "ByPrograms";
  static constexpr std::string_view kind = "by_programs";
  static constexpr std::string_view doc = "Requests asked by the programs of either end, which get the pairs.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<TableSpec> {
  static constexpr std::string_view name = "Table";
  static constexpr std::string_view kind = "table";
  static constexpr std::string_view doc = "Requests asked at listed times.";
  static constexpr auto fields = std::tuple{
      required(field("at_s", &TableSpec::at_s, "s", non_negative, "When each is asked.")),
  };
};

}  // namespace farbell
