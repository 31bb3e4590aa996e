// Specs to and from Value. Every check that concerns one spec alone is made in reading, so whatever has been read is well formed.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/simulation/scenario.hpp"
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

// Instantiated for every spec in AllSpecs.
template <Described T>
T read_spec(const Value& value, Origin origin);
template <Described T>
Value write_spec(const T& spec, Empties empties);

template <class... T>
struct TypeList {};

// Every spec, each after those it holds.
using AllSpecs = TypeList<RetrievalSpec, CommunicationSpec, ChargeCheckSpec, MemorySpec, DetectorSpec, StationSpec, FrequencyConverterSpec, TransducerSpec, EncodingConverterSpec,
                          FiberSpanSpec, ClassicalLightSpec, FiberSpec, WernerSpec, BellWeightsSpec, DensityMatrixSpec, MultiplexingSpec, AlignmentSpec,
                          GivenSpec, DoubleClickSpec, SingleClickSpec, MidpointSourceSpec, SenderReceiverSpec, AsapSpec, DoublingSpec, SequentialSpec, TreeSpec,
                          PolicyEntrySpec, PolicyTableSpec, OpticalSwitchSpec, CutoffSpec, DistillationSpec, RuleSpec, NodeSpec, DriftSpec, LinkSpec, ChangeSpec, FailureSpec,
                          RoutingSpec, IdealControlSpec, CentralControlSpec, LinkStateSpec, ClassicalMessagesSpec, OneOffSpec, BackToBackSpec, ContinuousSpec, PoissonSpec, TableSpec, ByProgramsSpec, DemandSpec, GhzDemandSpec, ProgramParameterSpec, ProgramSpec, LimitsSpec, ScenarioSpec>;

}  // namespace farbell
