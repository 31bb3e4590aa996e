"""Farbell simulates quantum networks: rates and fidelities that follow from the physics.

>>> import farbell as fb
>>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.5))
>>> results.summary()["pairs"].tolist() == results.demands["pairs"].tolist()
True

A scenario is plain data (`Scenario` and what it is made of), `compile` checks it, `run` simulates it and gives
`Results`. Scenarios come from `load`, `example`, `chain` and its like, `from_graphml` and its like. `states` and
`hardware` hold the physics as functions of single states and links, `channels` noise, `presets` published hardware,
`decoupling` and `pulses` how long a memory holds and how good its gates are, `freespace` links through air and to
satellites, `routing` finds routes, `sweep` makes a study of many scenarios, `bounds` says what no protocol can beat,
`design` what limits a network, `analysis` what results mean, `plot` makes figures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from farbell._core import (
    Alignment,
    Asap,
    BackToBack,
    BellWeights,
    BoundProgram,
    ByPrograms,
    Change,
    ChargeCheck,
    ClassicalLight,
    ClassicalMessages,
    CommunicationQubits,
    Continuous,
    Cutoff,
    Demand,
    DensityMatrix,
    Detector,
    Distillation,
    DoubleClick,
    Doubling,
    Drift,
    EncodingConverter,
    Failure,
    Fiber,
    FiberSpan,
    FrequencyConverter,
    GhzDemand,
    Given,
    InternalError,
    Limits,
    Link,
    Memory,
    MidpointSource,
    Model,
    Multiplexing,
    Node,
    OneOff,
    OpticalSwitch,
    Poisson,
    PolicyEntry,
    PolicyTable,
    ProgramParameter,
    Protocol,
    Retrieval,
    Routing,
    Rule,
    RunError,
    Scenario,
    SenderReceiver,
    Sequential,
    SingleClick,
    SpecError,
    Station,
    Table,
    Transducer,
    Tree,
    Werner,
    __version__,
)
from farbell.examples import example, examples

if TYPE_CHECKING:
    from farbell import (
        analysis,
        bounds,
        channels,
        decoupling,
        design,
        freespace,
        hardware,
        hooks,
        plot,
        presets,
        programs,
        pulses,
        routing,
        serve,
        stack,
        states,
        topology,
    )
    from farbell.design import (
        Elasticities,
        Requirements,
        Scaling,
        TargetPlacement,
        elasticities,
        placement_for_target,
        requirements,
        scale,
    )
    from farbell.devices import Distribution, LogNormal, Normal, Uniform, spread
    from farbell.extensions import cmake_dir, include_dir, load_protocol
    from farbell.live_run import LiveRun, live
    from farbell.loading import load_results
    from farbell.placing import ElementaryLink, Placement, placement, placement_limits
    from farbell.presets import platform, platforms
    from farbell.programs import Program, Refused, TimedOut, all_of, any_of, truth
    from farbell.results import Results
    from farbell.running import Interrupted, compile, run
    from farbell.scenario import load
    from farbell.studies import Study, Sweep, load_study, sweep
    from farbell.table import ResultTable
    from farbell.topology import (
        chain,
        from_coordinates,
        from_graphml,
        from_networkx,
        grid,
        metro_backbone,
        random_geometric,
        ring,
        star,
        torus,
        waxman,
    )
    from farbell.what_if import without

# Loaded when first used: name -> the module it is in, or that it is.
_HOMES = {
    "analysis": "", "bounds": "", "channels": "", "decoupling": "", "design": "", "freespace": "",
    "hardware": "", "hooks": "", "plot": "", "presets": "", "programs": "", "pulses": "", "routing": "", "serve": "",
    "stack": "", "states": "", "topology": "",
    "ElementaryLink": "placing", "Placement": "placing", "placement": "placing", "placement_limits": "placing",
    "Results": "results", "load_results": "loading",
    "Elasticities": "design", "Requirements": "design", "Scaling": "design",
    "TargetPlacement": "design", "elasticities": "design", "placement_for_target": "design", "requirements": "design",
    "scale": "design",
    "platform": "presets", "platforms": "presets",
    "Program": "programs", "TimedOut": "programs", "Refused": "programs",
    "all_of": "programs", "any_of": "programs", "truth": "programs",
    "cmake_dir": "extensions", "include_dir": "extensions", "load_protocol": "extensions",
    "Interrupted": "running", "compile": "running", "run": "running",
    "LiveRun": "live_run", "live": "live_run",
    "load": "scenario",
    "Distribution": "devices", "LogNormal": "devices", "Normal": "devices", "Uniform": "devices", "spread": "devices",
    "Study": "studies", "Sweep": "studies", "load_study": "studies", "sweep": "studies",
    "ResultTable": "table",
    "chain": "topology", "grid": "topology", "ring": "topology", "star": "topology", "torus": "topology",
    "metro_backbone": "topology", "random_geometric": "topology", "waxman": "topology",
    "from_coordinates": "topology", "from_graphml": "topology", "from_networkx": "topology",
    "without": "what_if",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'farbell' has no attribute {name!r}")
    home = _HOMES[name]
    module = import_module(f"farbell.{home or name}")
    value = getattr(module, name) if home else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


__all__ = [
    "Alignment",
    "Asap",
    "BackToBack",
    "BellWeights",
    "BoundProgram",
    "ByPrograms",
    "Change",
    "ChargeCheck",
    "ClassicalLight",
    "ClassicalMessages",
    "CommunicationQubits",
    "Continuous",
    "Cutoff",
    "Demand",
    "DensityMatrix",
    "Detector",
    "Distillation",
    "Distribution",
    "DoubleClick",
    "Doubling",
    "Drift",
    "Elasticities",
    "ElementaryLink",
    "EncodingConverter",
    "Failure",
    "Fiber",
    "FiberSpan",
    "FrequencyConverter",
    "GhzDemand",
    "Given",
    "InternalError",
    "Interrupted",
    "Limits",
    "Link",
    "LiveRun",
    "LogNormal",
    "Memory",
    "MidpointSource",
    "Model",
    "Multiplexing",
    "Node",
    "Normal",
    "OneOff",
    "OpticalSwitch",
    "Placement",
    "Poisson",
    "PolicyEntry",
    "PolicyTable",
    "Program",
    "ProgramParameter",
    "Protocol",
    "Refused",
    "Requirements",
    "ResultTable",
    "Results",
    "Retrieval",
    "Routing",
    "Rule",
    "RunError",
    "Scaling",
    "Scenario",
    "SenderReceiver",
    "Sequential",
    "SingleClick",
    "SpecError",
    "Station",
    "Study",
    "Sweep",
    "Table",
    "TargetPlacement",
    "TimedOut",
    "Transducer",
    "Tree",
    "Uniform",
    "Werner",
    "__version__",
    "all_of",
    "analysis",
    "any_of",
    "bounds",
    "chain",
    "channels",
    "cmake_dir",
    "compile",
    "decoupling",
    "design",
    "elasticities",
    "example",
    "examples",
    "freespace",
    "from_coordinates",
    "from_graphml",
    "from_networkx",
    "grid",
    "hardware",
    "hooks",
    "include_dir",
    "live",
    "load",
    "load_protocol",
    "load_results",
    "load_study",
    "metro_backbone",
    "placement",
    "placement_for_target",
    "placement_limits",
    "platform",
    "platforms",
    "plot",
    "presets",
    "programs",
    "pulses",
    "random_geometric",
    "requirements",
    "ring",
    "routing",
    "run",
    "scale",
    "serve",
    "spread",
    "stack",
    "star",
    "states",
    "sweep",
    "topology",
    "torus",
    "truth",
    "waxman",
    "without",
]
