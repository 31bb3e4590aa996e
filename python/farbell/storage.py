"""Tables in Parquet files: rows that do not fit into memory, and folders of results."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from farbell.table import BATCH_ROWS, Arrays, Column, ResultTable, arrow_array, numpy_array

__all__ = ["ParquetRows", "Spill", "read_table", "words_of", "write_table"]


class ParquetRows:
    """Columns in a Parquet file, read when asked for, its row groups in a given order."""

    def __init__(self, path: Path, order: list[int] | None = None, keep: object = None) -> None:
        import pyarrow.parquet

        self._path, self._keep = path, keep
        with pyarrow.parquet.ParquetFile(path) as file:
            self.rows = file.metadata.num_rows
            self.schema = file.schema_arrow
            self._order = list(range(file.num_row_groups)) if order is None else order
        self.names = tuple(self.schema.names)
        # Column -> words, for columns that are words in the file and numbers in memory.
        self.categories: Mapping[str, tuple[str, ...]] = {}

    def _values(self, column: Any, name: str) -> Column:
        import pyarrow

        if not pyarrow.types.is_dictionary(column.type):
            parts = [numpy_array(chunk) for chunk in column.chunks]
            return np.concatenate(parts) if parts else np.empty(0, column.type.to_pandas_dtype())
        number = {word: code for code, word in enumerate(self.categories.get(name, ()))}
        parts = []
        for chunk in column.chunks:
            # One more for values that are missing.
            codes = np.array([*(number[word] for word in chunk.dictionary.to_pylist()), -1], dtype=np.int32)
            parts.append(codes[numpy_array(chunk.indices.fill_null(len(codes) - 1))])
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)

    def column(self, name: str) -> Column:
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(self._path) as file:
            if not self._order:
                return self._values(file.read([name])[name], name)
            groups = (file.read_row_group(i, [name])[name] for i in self._order)
            return np.concatenate([self._values(group, name) for group in groups])

    def _groups(self) -> Iterator[dict[str, Column]]:
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(self._path) as file:
            for i in self._order:
                group = file.read_row_group(i)
                yield {name: self._values(group[name], name) for name in self.names}

    def batches(self) -> Iterator[Mapping[str, Column]]:
        # Row groups are as long as the blocks they were written from; batches have all the same length but the last.
        held: list[dict[str, Column]] = []
        rows = 0
        for group in self._groups():
            held.append(group)
            rows += len(group[self.names[0]])
            if rows < BATCH_ROWS:
                continue
            joined = {name: np.concatenate([part[name] for part in held]) for name in self.names}
            whole = rows - rows % BATCH_ROWS
            for start in range(0, whole, BATCH_ROWS):
                yield {name: values[start : start + BATCH_ROWS] for name, values in joined.items()}
            held = [{name: values[whole:] for name, values in joined.items()}]
            rows -= whole
        if rows:
            yield {name: np.concatenate([part[name] for part in held]) for name in self.names}


class _TemporaryFolder:
    """A folder that goes when nothing refers to it any more, or at the end of the process."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="farbell-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class Spill:
    """Takes the blocks of rows that a run cannot keep in memory, and makes tables of them when it is over.

    A block holds rows of one replica or of several that follow one another. Blocks arrive in an order that depends on the
    threads, those of one replica in theirs: each becomes a row group, and the row groups are read in the order of the
    first replica of each.
    """

    def __init__(self) -> None:
        self._folder: _TemporaryFolder | None = None
        self._writers: dict[str, Any] = {}
        self._replicas: dict[str, list[int]] = {}

    def take(self, name: str, columns: Mapping[str, Column]) -> None:
        """Writes one block."""
        import pyarrow
        import pyarrow.parquet

        batch = pyarrow.RecordBatch.from_pydict({key: arrow_array(values) for key, values in columns.items()})
        if self._folder is None:
            self._folder = _TemporaryFolder()
        if name not in self._writers:
            path = self._folder.path / f"{name}.parquet"
            self._writers[name] = pyarrow.parquet.ParquetWriter(path, batch.schema, compression="lz4", use_dictionary=False)
            self._replicas[name] = []
        if batch.num_rows:
            self._writers[name].write_batch(batch, row_group_size=batch.num_rows)
            self._replicas[name].append(int(columns["replica"][0]))

    def close(self) -> dict[str, ParquetRows]:
        """Name of a table -> its rows in the order of the replicas. The files live as long as these do."""
        if self._folder is None:
            return {}
        for writer in self._writers.values():
            writer.close()
        return {
            name: ParquetRows(
                self._folder.path / f"{name}.parquet",
                sorted(range(len(replicas)), key=replicas.__getitem__),
                keep=self._folder,
            )
            for name, replicas in self._replicas.items()
        }


def write_table(table: ResultTable, path: Path) -> None:
    """Writes a table to a Parquet file, batch by batch; words are dictionary columns.

    Parameters
    ----------
    table : ResultTable
        What to write.
    path : Path
        Where to.
    """
    import pyarrow.parquet

    batches = table.arrow_batches()
    first = next(batches)
    # Of numbers that hardly repeat a dictionary takes longer and makes the file larger.
    words = [field.name for field in first.schema if pyarrow.types.is_dictionary(field.type)]
    with pyarrow.parquet.ParquetWriter(path, first.schema, compression="zstd", use_dictionary=words or False) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


def words_of(path: Path) -> dict[str, tuple[str, ...]]:
    """Column -> its words, as a table that :func:`write_table` wrote has them."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path).unify_dictionaries()
    return {
        field.name: tuple(table[field.name].chunk(0).dictionary.to_pylist()) if len(table) else ()
        for field in table.schema
        if pyarrow.types.is_dictionary(field.type)
    }


def read_table(path: Path, categories: Mapping[str, tuple[str, ...]], *, in_memory: bool) -> ResultTable:
    """A table that :func:`write_table` wrote.

    Parameters
    ----------
    path : Path
        The file.
    categories : mapping
        Column -> its words, in the order of their numbers.
    in_memory : bool
        Read everything now, or each column when it is asked for.
    """
    source = ParquetRows(path)
    source.categories = categories
    return ResultTable(Arrays({name: source.column(name) for name in source.names}) if in_memory else source, categories)
