"""A platform: published values as specs, each with its unit, source and how sure it is."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from html import escape
from typing import Any

from farbell._core import (
    CommunicationQubits,
    Detector,
    DoubleClick,
    Fiber,
    Link,
    Memory,
    Retrieval,
    SingleClick,
    SpecError,
    Station,
    scenario_schema,
)
from farbell._improvement import BEST, improved_value
from farbell._nearest import nearest_names
from farbell.describe import quantity, unit_of
from farbell.presets.catalogue import CATALOGUE
from farbell.presets.detectors import detector_of
from farbell.presets.interfaces import INTERFACES, KINDS, Interface
from farbell.presets.mapping import MAPPED, Assumed, Origin
from farbell.presets.published import PublishedValue, rows_of
from farbell.presets.retrievals import RETRIEVALS

__all__ = ["Parameter", "Platform", "default_platform", "platform", "platform_of"]

STATION = "midpoint"
DEFAULT = "projected_nv_10x"
#: Of a preset -> of its spec, where they differ: a memory has an efficiency, too.
_RENAMED = {"detector_efficiency": "efficiency"}
_WORDS = {"t2_law", "number_resolving", "encoding"}


@dataclass(frozen=True)
class Parameter:
    """A field of a platform: what it is, where it is from, and how sure that is.

    Attributes
    ----------
    name : str
        Field of the memory, station, detector, fibre or generation; ``detector_efficiency`` is the detector's.
    value : float, bool, str or None
        In ``unit``.
    unit : str
        ``1`` for plain numbers.
    confidence : str
        ``verified`` or ``secondary`` (as published), ``derived`` (converted from published values, or improved), ``assumed``,
        ``changed`` (by :meth:`Platform.replace`).
    remark : str
        The conversion, or why it is assumed.
    rows : tuple of PublishedValue
        What it is made of.

    Examples
    --------
    >>> import farbell as fb
    >>> t2 = fb.platform("nv_delft_2019_lab").parameter("t2_s")
    >>> t2.value, t2.unit, t2.confidence, t2.year, t2.rows[0].parameter
    (1.0, 's', 'verified', 2019, 'carbon_T2_dd')
    """

    name: str
    value: Any
    unit: str
    confidence: str
    remark: str = ""
    rows: tuple[PublishedValue, ...] = ()

    @property
    def year(self) -> int | None:
        """Of the latest source."""
        return max((row.year for row in self.rows), default=None)

    @property
    def source(self) -> str:
        """Its sources, or what there is instead of one."""
        return "; ".join(dict.fromkeys(row.source for row in self.rows)) or "assumed, no source"

    @property
    def sureness(self) -> str:
        """``confidence``, with that of the rows where it differs: "derived from verified"."""
        kinds = ", ".join(sorted({row.confidence for row in self.rows} - {self.confidence}))
        return f"{self.confidence} from {kinds}" if kinds and self.confidence != "changed" else self.confidence

    @property
    def text(self) -> str:
        """The value in words, with its unit."""
        return value_text(self.value, self.unit)

    def note(self, device: str) -> str:
        """A sentence for the notes of a scenario."""
        value = f"{self.value:.9g}" if isinstance(self.value, float) else str(self.value)
        if not self.rows:
            kind = "Assumed" if self.confidence == "assumed" else device
            return f"{kind}: {self.name} = {value}{f', from {self.remark}' if self.remark else ''}."
        where = ", ".join(f"{row.platform} {row.parameter}" for row in self.rows)
        remark = f"; {self.remark}" if self.remark else ""
        return f"{device}: {self.name} = {value}, from {where} ({self.year}, {self.sureness}{remark})."


def _fields(spec: type) -> set[str]:
    return {name for name, member in vars(spec).items() if isinstance(member, property)}


_MEMORY = _fields(Memory) - {"name", "communication"}
# Those of its communication qubits have names of their own.
_PREFIX = "communication_"
_COMMUNICATION = {_PREFIX + name for name in _fields(CommunicationQubits)}
_STATION = _fields(Station) - {"name", "detector"}
_DETECTOR = {"detector_efficiency", *(_fields(Detector) - {"efficiency"})}
_FIBER = {"attenuation_db_per_km", "speed_m_per_s"}
#: Of the scheme, less what says where a link's station stands and what shares an attempt.
_LINKS = {
    scheme: _fields(spec) - {"kind", "station", "station_position", "multiplexing"}
    for scheme, spec in (("double_click", DoubleClick), ("single_click", SingleClick))
}


@cache
def _improvements() -> dict[str, str]:
    """Field of a platform -> how it gets better, as its spec declares."""
    said = json.loads(scenario_schema())["$defs"]
    found = {}
    for spec in ("Memory", "CommunicationQubits", "Station", "SingleClick", "Detector"):
        for name, field in said[spec]["properties"].items():
            own = "detector_efficiency" if (spec, name) == ("Detector", "efficiency") else name
            own = _PREFIX + name if spec == "CommunicationQubits" else own
            if "x-improvement" in field:
                found[own] = field["x-improvement"]
    return found


@dataclass(frozen=True)
class Platform:
    """Hardware of one kind, with unit, source, year and sureness of every value.

    Attributes
    ----------
    name, kind, about : str
        What it is.
    maturity : str
        ``lab``: devices that were measured; ``projected``: devices that nobody has built; ``component``: a part of a node.
    scheme : str
        ``double_click`` or ``single_click``; empty where no link can be simulated.
    cannot : str
        What cannot be simulated yet, and why; empty where a link can.
    parameters : tuple of Parameter
        Fields of its specs.
    assumptions : tuple of str
        What a link assumes beyond them.
    published : tuple of PublishedValue
        Its published values, whether a link uses them or not.

    Examples
    --------
    >>> import farbell as fb
    >>> ions = fb.platform("trapped_ion_avis2022_baseline")
    >>> ions.memory.t2_s, ions.station.visibility, ions.generation.station
    (0.085, 0.89, 'midpoint')
    >>> better = ions.improve(3).replace(slots=4)
    >>> round(better.memory.t2_s, 6), round(better.station.visibility, 4), better.memory.slots
    (0.255, 0.9619, 4)
    """

    name: str
    kind: str
    about: str
    maturity: str
    scheme: str
    cannot: str
    parameters: tuple[Parameter, ...]
    assumptions: tuple[str, ...]
    published: tuple[PublishedValue, ...]

    # What a scenario is made of.

    def _needs_a_link(self) -> None:
        if self.cannot:
            raise SpecError("platform", repr(self.name), f"one whose links can be simulated: {self.cannot}")

    def _values(self, names: set[str]) -> dict[str, Any]:
        if not any(p.name in names for p in self.parameters):
            self._needs_a_link()
        return {_RENAMED.get(p.name, p.name): p.value for p in self.parameters if p.name in names}

    @cached_property
    def memory(self) -> Memory:
        """Memory of every node."""
        self._needs_a_link()
        emits = {name.removeprefix(_PREFIX): value for name, value in self._values(_COMMUNICATION).items()}
        return Memory(name=self.name, communication=CommunicationQubits(**emits) if emits else None, **self._values(_MEMORY))

    @cached_property
    def station(self) -> Station:
        """Station in the middle of every link, with its detectors."""
        self._needs_a_link()
        return Station(name=STATION, detector=self.detector, **self._values(_STATION))

    @cached_property
    def detector(self) -> Detector:
        """The station's detectors, or the detector that it is. Its window is a choice of whoever runs the link.

        Examples
        --------
        >>> import farbell as fb
        >>> fb.platform("detector_snspd_marsili2013").replace(window_s="20 ns").detector
        Detector(efficiency=0.93, dark_count_rate_hz=1.0, window_s=2e-08, dead_time_s=4e-08, jitter_s=6.36991e-11)
        """
        return Detector(**self._values(_DETECTOR))

    @cached_property
    def generation(self) -> DoubleClick | SingleClick:
        """How every link makes pairs."""
        self._needs_a_link()
        values = self._values(_LINKS.get(self.scheme, set()))
        return (SingleClick if self.scheme == "single_click" else DoubleClick)(station=STATION, **values)

    def interface(self, **values: Any) -> Interface:
        """The converter or transducer of a component, to stand among the interfaces of links.

        Parameters
        ----------
        **values
            Fields that the preset leaves open, or that are to be others: wavelengths of most transducers, ``name``.

        Raises
        ------
        SpecError
            It is none, or a value is not allowed.
        TypeError
            A field that the preset leaves open is missing.

        Examples
        --------
        >>> import farbell as fb
        >>> fb.platform("converter_rb_780_1517").interface().efficiency
        0.57
        >>> sahu = fb.platform("transducer_sahu2022")
        >>> sahu.interface(from_wavelength_m=0.034, to_wavelength_m="1550 nm").added_noise_photons
        0.16
        """
        known = self.interface_values
        return KINDS[self.kind](**{"name": self.name, **known, **values})

    @property
    def interface_values(self) -> dict[str, Any]:
        """Its fields as a converter or transducer."""
        if self.name not in INTERFACES:
            names = ", ".join(INTERFACES)
            raise SpecError("platform", repr(self.name), f"a converter or transducer with its efficiency: {names}")
        return {p.name: p.value for p in self._part_parameters}

    @property
    def interface_notes(self) -> tuple[str, ...]:
        """Where these values are from."""
        self.interface_values  # noqa: B018 - of converters and transducers alone
        return tuple(p.note(f"Interface {self.name}") for p in self._part_parameters)

    @property
    def retrieval(self) -> Retrieval:
        """How qubits come out of it, for a memory that absorbs light: of ensembles and crystals whose efficiency is published.

        Examples
        --------
        >>> import farbell as fb
        >>> fb.platform("ensemble_afc_netsquid").retrieval
        Retrieval(efficiency=0.45, lifetime_s=0.001, temporal_modes=20, spectral_modes=50)
        """
        if self.name not in RETRIEVALS:
            raise SpecError(
                "platform", repr(self.name), f"a memory that absorbs light, with its efficiency: {', '.join(RETRIEVALS)}"
            )
        whole = {"temporal_modes", "spectral_modes", "spatial_modes"}
        values: dict[str, Any] = {p.name: int(p.value) if p.name in whole else p.value for p in self._part_parameters}
        return Retrieval(**values)

    @property
    def retrieval_notes(self) -> tuple[str, ...]:
        """Where its values are from."""
        _ = self.retrieval
        return tuple(p.note(f"Retrieval {self.name}") for p in self._part_parameters)

    @property
    def _part_parameters(self) -> tuple[Parameter, ...]:
        """Of what it is a part of: interfaces of a link, or the retrieval of a memory."""
        return tuple(map(_parameter, {**INTERFACES, **RETRIEVALS}.get(self.name, ())))

    @property
    def fiber_values(self) -> dict[str, Any]:
        """Attenuation and speed of light, as :class:`farbell.Fiber` takes them."""
        self._needs_a_link()
        return self._values(_FIBER)

    def fiber(self, length_m: float | str) -> Fiber:
        """A fibre of this platform, of a length in metres or text with a unit."""
        return Fiber(length_m=length_m, **self.fiber_values)

    def link(self, length_m: float | str, node_a: str = "a", node_b: str = "b") -> Link:
        """A link of this platform between two nodes."""
        return Link(node_a=node_a, node_b=node_b, fiber=self.fiber(length_m), generation=self.generation)

    # What a scenario says of it.

    def _notes(self, device: str, names: set[str]) -> tuple[str, ...]:
        return tuple(p.note(device) for p in self.parameters if p.name in names)

    @property
    def memory_notes(self) -> tuple[str, ...]:
        """What it is, where the memory's values are from, and what is assumed."""
        projected = " A projection: no such device exists." if self.maturity == "projected" else ""
        return (
            f"Hardware {self.name}: {self.about}{projected}",
            *self._notes("Memory", _MEMORY | _COMMUNICATION),
            *self.assumptions,
        )

    @property
    def station_notes(self) -> tuple[str, ...]:
        """Where the values of station and detectors are from."""
        return self._notes("Station", _STATION | _DETECTOR)

    @property
    def detector_notes(self) -> tuple[str, ...]:
        """Where the values of the detectors are from, and what is assumed of a detector by itself."""
        return (*self._notes("Detector", _DETECTOR), *(self.assumptions if self.cannot else ()))

    @property
    def generation_notes(self) -> tuple[str, ...]:
        """Where those of the scheme are from."""
        return self._notes("Link", _LINKS.get(self.scheme, set()))

    @property
    def fiber_notes(self) -> tuple[str, ...]:
        """Where those of the fibre are from."""
        return self._notes("Fibre", _FIBER)

    @property
    def credits(self) -> tuple[str, ...]:
        """The sources."""
        parameters = self._part_parameters or self.parameters
        return tuple(dict.fromkeys(f"Hardware parameters: {row.source}, {row.year}." for p in parameters for row in p.rows))

    # Other platforms made of it.

    def parameter(self, name: str) -> Parameter:
        """One of its parameters.

        Raises
        ------
        SpecError
            It has none of that name.
        """
        for p in self.parameters:
            if p.name == name:
                return p
        known = [p.name for p in self.parameters]
        raise SpecError("parameter", repr(name), f"one of {', '.join(known)}", nearest_names(name, known))

    def replace(self, **values: Any) -> Platform:
        """The same platform with other values.

        Parameters
        ----------
        **values
            Fields of its memory, station, detector (``detector_efficiency``), fibre and generation; numbers in SI units or
            text with a unit. ``name`` gives it another name, which its memory has, too. ``communication=None`` gives each
            memory qubit an optical interface of its own, in place of communication qubits.

        Raises
        ------
        SpecError
            There is no such field, or the value is not allowed.

        Examples
        --------
        >>> import farbell as fb
        >>> fb.platform("nv_delft_2019_lab").replace(t2_s="1.5 s").parameter("t2_s")
        Parameter(name='t2_s', value=1.5, unit='s', confidence='changed', remark='was 1 s', rows=())
        """
        if not self.parameters:
            self._needs_a_link()
        values = dict(values)
        name = values.pop("name", self.name)
        if not isinstance(name, str) or not name:
            raise SpecError("name", repr(name), "a name")
        known = _DETECTOR if self.cannot else _MEMORY | _COMMUNICATION | _STATION | _DETECTOR | _FIBER | _LINKS[self.scheme]
        found = {p.name: p for p in self.parameters}
        assumptions = self.assumptions
        if values.get("communication", "as it is") is None:
            del values["communication"]
            found = {field: p for field, p in found.items() if field not in _COMMUNICATION}
            known = {field for field in known if field not in _COMMUNICATION}
            assumptions = (*assumptions, "Changed: every memory qubit has its own optical interface.")
        for field, value in values.items():
            if field not in known:
                raise SpecError(
                    field, repr(value), f"a field of the platform: {', '.join(sorted(known))}", nearest_names(field, known)
                )
            old = found.get(field)
            found[field] = Parameter(field, _parsed(field, value), _unit(field), "changed", f"was {old.text}" if old else "")
        return replace(self, assumptions=assumptions)._with(found, name, self.maturity)

    def improve(self, factor: float, *fields: str) -> Platform:
        """Better hardware: each parameter by the convention that its field declares.

        A probability of no error becomes its ``factor``-th root, a time constant ``factor`` times as long, a rate of errors is
        divided by it, a phase deviation by its square root; durations, lengths and attenuations stay.

        Parameters
        ----------
        factor : float
            Above 0; 1 = as it is.
        *fields : str
            Which fields get better; left out: all that can.

        Raises
        ------
        SpecError
            The factor is not above 0, or a field is unknown or has no convention.

        References
        ----------
        F. Ferreira da Silva et al., Quantum Science and Technology 6, 035007 (2021). docs/physics/requirements.md

        Examples
        --------
        >>> import farbell as fb
        >>> near = fb.platform("nv_netsquid_nearterm")
        >>> round(near.improve(3).memory.efficiency, 3), near.improve(3, "t2_s").memory.efficiency
        (0.166, 0.0046)
        """
        if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not (factor > 0 and math.isfinite(factor)):
            raise SpecError("factor", repr(factor), "a number above 0")
        return self._bettered(
            fields, f"better by a factor of {factor:g}", lambda value, how: improved_value(value, how, factor)
        )

    def perfect(self, *fields: str) -> Platform:
        """Hardware without errors: probabilities 1, no decay, no dark counts, no phase noise. Durations and fibre stay.

        Parameters
        ----------
        *fields : str
            Which fields become perfect; left out: all that can.

        Raises
        ------
        SpecError
            A field is unknown or has no convention.

        Examples
        --------
        >>> import farbell as fb
        >>> memory = fb.platform("nv_delft_2019_lab").perfect().memory
        >>> memory.t2_s, memory.efficiency, memory.two_qubit_gate_s
        (None, 1.0, 0.0005)
        """
        return self._bettered(fields, "perfect", lambda _, how: BEST.get(how))

    def _bettered(self, fields: tuple[str, ...], remark: str, better: Callable[[float, str], float | None]) -> Platform:
        if not self.parameters:
            self._needs_a_link()
        can = _improvements()
        mine = {p.name: p for p in self.parameters}
        for field in fields:
            if field not in mine or field not in can:
                allowed = sorted(can.keys() & mine.keys())
                raise SpecError(
                    "fields",
                    repr(field),
                    f"a parameter that can get better: {', '.join(allowed)}",
                    nearest_names(field, allowed),
                )
        for name in fields or mine:
            p = mine[name]
            if name in can and p.value is not None:
                value = better(p.value, can[name])
                if value != p.value:
                    mine[name] = replace(
                        p,
                        value=value,
                        confidence="derived",
                        remark="; ".join(filter(None, (p.remark, f"{remark}, was {p.text}"))),
                    )
        return self._with(mine, self.name, "projected")

    def _with(self, parameters: dict[str, Parameter], name: str, maturity: str) -> Platform:
        made = replace(self, name=name, maturity=maturity, parameters=tuple(parameters.values()))
        # Values that do not fit together are refused where they are given.
        if made.cannot:
            _ = made.detector
        else:
            made.memory, made.station, made.generation, made.fiber(0)
        return made

    # What one sees.

    def _lines(self) -> list[tuple[str, str, str, str, str, tuple[str, ...]]]:
        """Parameter, value, sureness, year, origin in words, and sources of each parameter."""
        lines = []
        for p in self.parameters:
            where = ", ".join(
                row.parameter if row.platform == self.name else f"{row.platform} {row.parameter}" for row in p.rows
            )
            told = "; ".join(text for text in (where, p.remark) if text)
            lines.append((p.name, p.text, p.sureness, str(p.year or ""), told, tuple(dict.fromkeys(r.source for r in p.rows))))
        return lines

    def _unused(self) -> list[tuple[str, str, str, str, str, tuple[str, ...]]]:
        """The same of published values that are no parameters."""
        used = {(row.platform, row.parameter) for p in self.parameters for row in p.rows}
        return [
            (row.parameter, value_text(row.value, row.unit), row.confidence, str(row.year), row.note, (row.source,))
            for row in self.published
            if (row.platform, row.parameter) not in used
        ]

    def __repr__(self) -> str:
        sources: dict[str, int] = {}
        parts = [f"{self.name}: {self.kind}, {self.maturity}. {self.about}"]
        parts += [f"No link can be simulated yet: {self.cannot}."] if self.cannot else [f"Links: {self.scheme}."]
        published = "Published, not used:" if self.parameters else "Published:"
        for title, lines in (("Parameters:", self._lines()), (published, self._unused())):
            cells = []
            for *words, of in lines:
                marks = "".join(f"[{sources.setdefault(source, len(sources) + 1)}]" for source in of)
                cells.append([*words[:4], marks, words[4]])
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            if cells:
                rows = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)
                parts += ["", title, *(f"  {row}" for row in rows)]
        if self.assumptions:
            parts += ["", *self.assumptions]
        return "\n".join([*parts, "", "Sources:", *(f"  [{number}] {source}" for source, number in sources.items())])

    def _repr_html_(self) -> str:
        def table(lines: list[tuple[str, str, str, str, str, tuple[str, ...]]]) -> str:
            head = "".join(f"<th>{name}</th>" for name in ("parameter", "value", "how sure", "year", "from", "source"))
            rows = ([*words, "; ".join(of)] for *words, of in lines)
            body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

        parts = [f"<p><b>{escape(self.name)}</b>: {escape(self.kind)}, {escape(self.maturity)}. {escape(self.about)}</p>"]
        if self.cannot:
            parts.append(f"<p>No link can be simulated yet: {escape(self.cannot)}.</p>")
        if self.parameters:
            parts.append(table(self._lines()))
        if self.assumptions:
            parts.append("<ul>" + "".join(f"<li>{escape(text)}</li>" for text in self.assumptions) + "</ul>")
        unused = self._unused()
        if unused:
            title = "Published, not used" if self.parameters else "Published"
            parts.append(f"<details><summary>{title}</summary>{table(unused)}</details>")
        return "".join(parts)


def value_text(value: Any, unit: str) -> str:
    """A value in words, with its unit."""
    if value is None:
        return "none"
    if isinstance(value, (bool, str)):
        return str(value)
    return quantity(float(value), "" if unit == "1" else unit)


def _unit(field: str) -> str:
    return unit_of(field) or ("rad" if field.endswith("_rad") else "" if field in _WORDS else "1")


def _parsed(field: str, value: Any) -> Any:
    """A value as its spec reads it."""
    own = _RENAMED.get(field, field)
    if field in _MEMORY:
        spec: Any = Memory(name="-", **{own: value})
    elif field in _COMMUNICATION:
        own = field.removeprefix(_PREFIX)
        spec = CommunicationQubits(**{own: value})
    elif field in _STATION:
        spec = Station(name="-", **{own: value})
    elif field in _DETECTOR:
        spec = Detector(**{own: value})
    elif field in _FIBER:
        spec = Fiber(length_m=0, **{own: value})
    else:
        spec = SingleClick(**{"station": "-", "bright_state": 0.1, own: value})
    return getattr(spec, own)


def _parameter(field: Origin | Assumed) -> Parameter:
    if isinstance(field, Assumed):
        return Parameter(field.field, field.value, _unit(field.field), "assumed", field.why)
    rows = tuple(rows_of()[name][parameter] for name, parameter in (row.split("/") for row in field.rows))
    value = field.convert(*(row.value for row in rows))
    as_published = len(rows) == 1 and value == rows[0].value
    confidence = "assumed" if field.assumed else rows[0].confidence if as_published else "derived"
    if not isinstance(value, bool):
        value = float(value)
    return Parameter(field.field, value, _unit(field.field), confidence, field.remark, rows)


_DETECTOR_PART = "a component, not a node: its `detector` goes into a Station"
_RETRIEVAL_PART = "a way to hold light: its `retrieval` goes into the Memory of a MidpointSource or SenderReceiver link"


@cache
def _preset(name: str) -> Platform:
    described = CATALOGUE[name]
    mapped = detector_of(name) if described.kind == "detector" else MAPPED.get(name)
    return Platform(
        name=name,
        kind=described.kind,
        about=described.about,
        maturity=described.maturity,
        scheme=mapped.scheme if mapped else "",
        cannot=_RETRIEVAL_PART
        if name in RETRIEVALS
        else _DETECTOR_PART
        if mapped and described.kind == "detector"
        else described.cannot,
        parameters=tuple(map(_parameter, mapped.fields)) if mapped else (),
        assumptions=mapped.assumptions if mapped else (),
        published=tuple(rows_of().get(name, {}).values()),
    )


def platform(name: str) -> Platform:
    """A preset: published hardware by name.

    Parameters
    ----------
    name : str
        One of :func:`farbell.platforms`.

    Returns
    -------
    Platform
        Shown, it lists every parameter with unit, source, year and how sure it is.

    Raises
    ------
    SpecError
        There is no such preset; the nearest names are told.

    Examples
    --------
    >>> import farbell as fb
    >>> nv = fb.platform("nv_delft_2019_lab")
    >>> nv.kind, nv.maturity, nv.scheme, nv.memory.two_qubit_gate_s
    ('NV', 'lab', 'single_click', 0.0005)
    >>> fb.chain(5, length_m="20 km", platform="nv_delft_2019_lab").memories[0].name
    'nv_delft_2019_lab'
    """
    if not isinstance(name, str) or name not in CATALOGUE:
        raise SpecError("platform", repr(name), "a preset of farbell.platforms()", nearest_names(str(name), CATALOGUE))
    return _preset(name)


def platform_of(given: Platform | str) -> Platform:
    """The platform, or the preset of that name."""
    return given if isinstance(given, Platform) else platform(given)


def default_platform() -> Platform:
    """Hardware of networks of which nothing is said."""
    return _preset(DEFAULT)
