"""A table of results: named columns, and what other packages make of them."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, overload

import numpy as np
import numpy.typing as npt

from farbell._extras import require

__all__ = ["ResultTable"]

Column = npt.NDArray[Any]

#: Rows of a batch, and of a row group in a Parquet file.
BATCH_ROWS = 65_536
_SHOWN_ROWS = 10


class Source(Protocol):
    """Where the columns of a table come from."""

    names: tuple[str, ...]
    rows: int

    def column(self, name: str) -> Column: ...
    def batches(self) -> Iterator[Mapping[str, Column]]: ...


class Arrays:
    """Columns in memory."""

    def __init__(self, columns: Mapping[str, npt.ArrayLike]) -> None:
        self._columns = {name: values if type(values) is np.ndarray else np.asarray(values) for name, values in columns.items()}
        self.names = tuple(self._columns)
        self.rows = len(next(iter(self._columns.values()), ()))
        if any(len(values) != self.rows for values in self._columns.values()):
            raise ValueError(f"columns of different lengths: { {name: len(values) for name, values in self._columns.items()} }")

    def column(self, name: str) -> Column:
        return self._columns[name]

    def batches(self) -> Iterator[Mapping[str, Column]]:
        for start in range(0, self.rows, BATCH_ROWS):
            yield {name: values[start : start + BATCH_ROWS] for name, values in self._columns.items()}


def arrow_array(values: Column, valid: Column | None = None) -> Any:
    """A column as a `pyarrow.Array`, numbers without copying them; null where it is not valid."""
    import pyarrow

    # pyarrow.array() would load pandas, if there is one, to see whether the values are a part of it.
    if values.dtype.kind == "U":
        words = [word.encode() for word in values.tolist()]
        ends = np.cumsum([0, *(len(word) for word in words)], dtype=np.int32)
        return pyarrow.StringArray.from_buffers(len(words), pyarrow.py_buffer(ends), pyarrow.py_buffer(b"".join(words)))
    if values.dtype.kind not in "iuf":
        return pyarrow.array(values)
    bitmap = None if valid is None else pyarrow.py_buffer(np.packbits(valid, bitorder="little"))
    buffers = [bitmap, pyarrow.py_buffer(np.ascontiguousarray(values))]
    return pyarrow.Array.from_buffers(pyarrow.from_numpy_dtype(values.dtype), len(values), buffers)


def numpy_array(array: Any) -> Column:
    """A `pyarrow.Array` without nulls as a column, without pandas."""
    import pyarrow

    if not (pyarrow.types.is_integer(array.type) or pyarrow.types.is_floating(array.type)):
        return np.array(array.to_pylist())
    values = np.frombuffer(array.buffers()[1] or b"", dtype=array.type.to_pandas_dtype())
    return values[array.offset : array.offset + len(array)]


class ResultTable:
    """Rows of results in named columns.

    A column is a numpy array: ``table["fidelity"]``. A slice, a mask, a list of row numbers or of names gives a
    smaller table. Some columns hold one of a few words (the name of a demand, a status); :meth:`codes` gives their
    numbers. A table that was too large for memory is read from its file column by column, each time one is asked for.

    Parameters
    ----------
    columns : mapping or Source
        Name -> one value a row.
    categories : mapping, optional
        For columns of whole numbers that stand for words: column -> the words. A number outside stands for nothing.

    Examples
    --------
    >>> import farbell as fb
    >>> names = ("alice->bob", "carol->dave")
    >>> table = fb.ResultTable({"demand": [0, 1, 1], "fidelity": [0.9, 0.8, 0.85]}, {"demand": names})
    >>> table["demand"][0], len(table), table[table["fidelity"] > 0.82].codes("demand").tolist()
    ('alice->bob', 3, [0, 1])
    >>> table[["fidelity"]].columns
    ('fidelity',)
    >>> table
    demand       fidelity
    -----------  --------
    alice->bob        0.9
    carol->dave       0.8
    carol->dave      0.85
    """

    #: How many rows are shown; None: all.
    _shown_rows: int | None = _SHOWN_ROWS

    def __init__(
        self, columns: Mapping[str, npt.ArrayLike] | Source, categories: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._source: Source = Arrays(columns) if isinstance(columns, Mapping) else columns
        self.categories = {k: tuple(v) for k, v in (categories or {}).items() if k in self._source.names}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self._source.names

    def __len__(self) -> int:
        return self._source.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._source.names)

    def __contains__(self, name: object) -> bool:
        return name in self._source.names

    def keys(self) -> tuple[str, ...]:
        """Names of the columns, so that ``dict(table)`` works."""
        return self._source.names

    def codes(self, name: str) -> Column:
        """A column as it is stored: for words, their numbers."""
        if name not in self._source.names:
            raise KeyError(f"{name!r}; allowed: {', '.join(self._source.names)}")
        return self._source.column(name)

    def _words(self, name: str, codes: Column) -> Column:
        words = np.array([*self.categories[name], None], dtype=object)
        numbers = codes.astype(np.int64)
        return words[np.where((numbers >= 0) & (numbers < len(words)), numbers, len(words) - 1)]

    @overload
    def __getitem__(self, key: str) -> Column: ...
    @overload
    def __getitem__(self, key: slice | list[str] | Sequence[int] | Column) -> ResultTable: ...
    def __getitem__(self, key: str | slice | list[str] | Sequence[int] | Column) -> Column | ResultTable:
        if isinstance(key, str):
            codes = self.codes(key)
            return self._words(key, codes) if key in self.categories else codes
        if isinstance(key, list) and key and all(isinstance(name, str) for name in key):
            return ResultTable({name: self.codes(name) for name in key}, self.categories)
        rows = key if isinstance(key, slice) else np.atleast_1d(np.asarray(key))
        return ResultTable({name: self._source.column(name)[rows] for name in self.columns}, self.categories)

    def batches(self) -> Iterator[ResultTable]:
        """The rows in parts that fit into memory, in order."""
        for columns in self._source.batches():
            yield ResultTable(columns, self.categories)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row as a dict of plain Python values."""
        for batch in self.batches():
            values = [batch[name].tolist() for name in batch.columns]
            for row in zip(*values, strict=True):
                yield dict(zip(self.columns, row, strict=True))

    def equals(self, other: ResultTable) -> bool:
        """Whether another table has the same columns, words and values (nan equals nan)."""

        def same(a: Column, b: Column) -> bool:
            return np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f")

        return (
            self.columns == other.columns
            and self.categories == other.categories
            and all(same(self.codes(name), other.codes(name)) for name in self.columns)
        )

    # Other packages' tables.

    def arrow_batches(self) -> Iterator[Any]:
        """The rows as `pyarrow.RecordBatch`, at least one, even if it is empty; words are dictionary columns."""
        import pyarrow

        for batch in self.batches() if len(self) else (self,):
            columns = {}
            for name in self.columns:
                values = batch.codes(name)
                if name in self.categories:
                    codes, words = values.astype(np.int32), self.categories[name]
                    indices = arrow_array(codes, valid=(codes >= 0) & (codes < len(words)))
                    columns[name] = pyarrow.DictionaryArray.from_arrays(indices, arrow_array(np.array(words, dtype=np.str_)))
                else:
                    columns[name] = arrow_array(values)
            yield pyarrow.RecordBatch.from_pydict(columns)

    def to_arrow(self) -> Any:
        """The table as a `pyarrow.Table`; words are dictionary columns."""
        import pyarrow

        return pyarrow.Table.from_batches(self.arrow_batches())

    def to_pandas(self) -> Any:
        """The table as a `pandas.DataFrame`; words are categorical columns."""
        pandas = require("pandas", "ResultTable.to_pandas()")
        columns: dict[str, Any] = {}
        for name in self.columns:
            values = self.codes(name)
            if name in self.categories:
                words = list(self.categories[name])
                codes = values.astype(np.int64)
                values = pandas.Categorical.from_codes(np.where(codes < len(words), codes, -1), words)
            columns[name] = values
        return pandas.DataFrame(columns)

    def to_polars(self) -> Any:
        """The table as a `polars.DataFrame`; words are categorical columns."""
        return require("polars", "ResultTable.to_polars()").from_arrow(self.to_arrow())

    def to_xarray(self) -> Any:
        """The table as an `xarray.Dataset` with one dimension, ``row``."""
        xarray = require("xarray", "ResultTable.to_xarray()")
        return xarray.Dataset({name: ("row", self[name]) for name in self.columns})

    # What one sees.

    def _head(self) -> tuple[ResultTable, list[list[str]]]:
        head = next(self.batches(), self)[: self._shown_rows]
        return head, [[cell_text(value) for value in row.values()] for row in head.rows()]

    def __repr__(self) -> str:
        head, cells = self._head()
        widths = [max(map(len, column)) for column in zip(self.columns, *cells, strict=True)]
        left = [head[name].dtype.kind in "OUS" for name in self.columns]

        def line(texts: Sequence[str]) -> str:
            aligned = [t.ljust(w) if is_left else t.rjust(w) for t, w, is_left in zip(texts, widths, left, strict=True)]
            return "  ".join(aligned).rstrip()

        lines = [line(self.columns), line(["-" * w for w in widths]), *map(line, cells)]
        if len(self) > len(head):
            lines.append(f"... {len(self):,} rows")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        shown = self._head()[1]
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in shown)
        more = f"<p>{len(self):,} rows</p>" if len(self) > len(shown) else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def cell_text(value: object) -> str:
    """A value for people: four digits, a dash for what is not there."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
