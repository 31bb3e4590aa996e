"""Results of a run, read from the folder that they were saved in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from farbell._core import Scenario, SpecError
from farbell.record import (
    BATCH_SUMS,
    BATCHES,
    FIDELITY_BINS,
    LATENCY_BUCKETS,
    MOMENTS,
    PROFILES,
    PROGRAM_TABLES,
    ROW_TABLES,
)
from farbell.saved import as_array, as_histogram, read_network
from farbell.storage import read_table, words_of
from farbell.table import ResultTable
from farbell.trace import NOTE_WORDS

if TYPE_CHECKING:
    pass

from farbell.results import FORMAT, Results

__all__ = ["load_results"]


def load_results(folder: str | Path) -> Results:
    """Results that :meth:`Results.save` wrote.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    Results
        Rows of pairs and requests are read from their files when they are asked for.

    Raises
    ------
    FileNotFoundError
        If the folder holds no results, or a file is missing.
    SpecError
        If another version wrote them, or they are damaged.

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.1))
    >>> folder = results.save("results", report=False)
    >>> fb.load_results(folder).pairs.equals(results.pairs)
    True
    """
    path = Path(folder)
    try:
        return _loaded(path)
    except SpecError as error:
        raise SpecError(f"{path}: {error.path or 'scenario.json'}", error.found, error.allowed, error.nearest) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SpecError(str(path), f"results that cannot be read ({error})", "a folder as Results.save wrote it") from error


def _loaded(path: Path) -> Results:
    try:
        provenance = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
        if (found := provenance.pop("format", None)) != FORMAT:
            raise SpecError("provenance.json", f"format {found!r}", f"format {FORMAT}, which this version writes")
        scenario = Scenario.from_json((path / "scenario.json").read_text(encoding="utf-8"))
        network = read_network(path / "model.json")
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"no results in {path}") from None
    words = network.categories

    def read(name: str, *, in_memory: bool = True) -> ResultTable:
        return read_table(path / f"{name}.parquet", words, in_memory=in_memory)

    def read_profile(name: str) -> ResultTable:
        file = path / f"{name}.parquet"
        own = words_of(file) if name == "trace" else {}
        return read_table(file, {**words, **{column: own[column] for column in NOTE_WORDS if column in own}}, in_memory=True)

    tables = {name: read(name, in_memory=name not in ROW_TABLES) for name in network.tables}
    demands, replicas = len(network.demand_names), len(tables["replicas"])
    return Results(
        scenario=scenario,
        network=network,
        tables=tables,
        batches=as_array(read("batches"), BATCH_SUMS, replicas, demands, BATCHES, len(BATCH_SUMS)),
        moments=as_array(read("moments"), MOMENTS, replicas, demands, len(MOMENTS)),
        latency_sketch=as_histogram(read("latency_sketch"), "bucket", demands, LATENCY_BUCKETS),
        fidelity_histogram=as_histogram(read("fidelity_histogram"), "bin", demands, FIDELITY_BINS),
        provenance=provenance,
        profiles={
            **{name: read_profile(name) for name in PROFILES if (path / f"{name}.parquet").exists()},
            **{
                name: read_table(file, words_of(file), in_memory=True)
                for name in PROGRAM_TABLES
                if (file := path / f"{name}.parquet").exists()
            },
        },
    )
