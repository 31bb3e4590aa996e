// Specs to and from Value. Every check that concerns one spec alone is made in reading, so whatever has been read is well formed.
#pragma once
#include "farbell/simulation/scenario.hpp"
#include "farbell/simulation/spec_type.hpp"
#include "farbell/simulation/value.hpp"

namespace farbell {

// A file must state what a call may leave out (the version of the format).
enum class Origin { file, call };

// A struct that a whole file holds has a `schema_key`: the member by which a file tells editors where its schema is. Any text may
// stand there. It is no part of the spec, so it is not written back.
template <class T>
concept WholeFile = requires { Describe<T>::schema_key; };

enum class Empties {
  omit,  // leave out null, empty text and empty lists, which are what a field holds when it is left out
  keep,
};

// Into a spec that holds its defaults.
void read_spec(const SpecType& type, void* spec, const Value& value, Origin origin);
Value write_spec(const SpecType& type, const void* spec, Empties empties);
Value write_value(const ValueType& type, const void* value, Empties empties);

template <Described T>
T read_spec(const Value& value, Origin origin) {
  T spec{};
  read_spec(spec_type<T>(), &spec, value, origin);
  return spec;
}
template <Described T>
Value write_spec(const T& spec, Empties empties) {
  return write_spec(spec_type<T>(), &spec, empties);
}

template <class... T>
struct TypeList {};

// Every spec, each after those it holds.
using AllSpecs = TypeList<RetrievalSpec, CommunicationSpec, ChargeCheckSpec, EnsembleLightSpec, WeakCoherentLightSpec, MemorySpec, DetectorSpec, StationSpec, FrequencyConverterSpec, TransducerSpec, EncodingConverterSpec,
                          FiberSpanSpec, ClassicalLightSpec, FiberSpec, WernerSpec, BellWeightsSpec, DensityMatrixSpec, MultiplexingSpec, AlignmentSpec,
                          GivenSpec, DoubleClickSpec, SingleClickSpec, MidpointSourceSpec, SenderReceiverSpec, RepeaterGraphSpec, AsapSpec, DoublingSpec, SequentialSpec, TreeSpec,
                          PolicyEntrySpec, PolicyTableSpec, OpticalSwitchSpec, CutoffSpec, DistillationSpec, RuleSpec, NodeSpec, DriftSpec, LinkSpec, ChangeSpec, FailureSpec,
                          WeightedRouteSpec, RoutingSpec, ShortestRouterSpec, GreedyRouterSpec, QPassRouterSpec, QCastRouterSpec, MultipathLocalRouterSpec, MultipathGlobalRouterSpec, GhzFusionRouterSpec, RoundsSpec,
                          IdealControlSpec, CentralControlSpec, LinkStateSpec, LocalControlSpec, ProgramControlSpec, ClassicalMessagesSpec, OneOffSpec, BackToBackSpec, ContinuousSpec, PoissonSpec, TableSpec, ByProgramsSpec, AdmissionSpec, DemandSpec, GhzDemandSpec, ProgramParameterSpec, ProgramSpec, LimitsSpec, ScenarioSpec>;

}  // namespace farbell
