"""Drive times on more hands: threads, processes, or machines that a Dask scheduler has at its disposal.

Wherever the work is done, the table is the same to the byte: sites are handed out in parts, each part's rows are whole,
and they are put together in the order of the sites.
"""

from __future__ import annotations

import importlib
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.network.graph import Connectors, RoadGraph
from tunti.network.rows import Rows, places, usable_cores
from tunti.network.search import SearchGraph, search_rows
from tunti.network.shortest import prepare
from tunti.network.sweep import SweepGraph, groups, sweep_rows

Prepared = SearchGraph | SweepGraph
Part = NDArray[np.int32]

_PARTS_EACH = 8
"""Parts for each worker: enough that one that is late, or lost, costs little."""

_SITES_A_PART = 64
"""At least so many sites a part, unless there are fewer: handing one out costs about as much as searching one site."""

_ANSWER_S = 20.0
"""How long a Dask scheduler may take to answer."""

_TRIES = 5
"""How often parts that were lost with a worker are handed out again before giving up."""


@dataclass(frozen=True)
class Workers:
    """Who does the work: ``kind`` is ``threads``, ``processes`` or ``dask``; ``count`` 0 means all cores."""

    kind: str
    count: int = 0
    address: str = ""

    @classmethod
    def named(cls, name: str | int | None) -> Workers:
        """Read what the command line calls workers.

        Parameters
        ----------
        name : str, int or None
            Nothing or ``threads`` (all cores), a number or ``threads:4``, ``inline`` (one, in this thread),
            ``processes`` or ``processes:4``, ``dask://host:port``.
        """
        if name is None:
            return cls("threads")
        text = str(name).strip()
        if text.startswith("dask://"):
            return cls("dask", address="tcp://" + text.removeprefix("dask://"))
        if text == "inline":
            return cls("threads", 1)
        kind, _, number = text.partition(":")
        if kind.isdigit():
            kind, number = "threads", kind
        if kind not in ("threads", "processes") or (number and not number.isdigit()) or number == "0":
            raise TuntiError(
                say(
                    "Workers '{name}' are not known. Say inline, a number of threads, processes:N or dask://host:port.",
                    name=text,
                )
            )
        return cls(kind, int(number or 0))


def many_to_many(
    graph: RoadGraph,
    ds: NDArray[np.uint32],
    cells: Connectors,
    sites: Connectors,
    *,
    cutoff_ds: int,
    workers: str | int | None = None,
    tenths: bool = False,
    orders: Path | None = None,
) -> Rows:
    """Give drive times as :func:`tunti.network.shortest.many_to_many` does, worked out by the workers named.

    Parameters
    ----------
    workers : str, int or None
        As :meth:`Workers.named` reads them. The other parameters are those of the function named above.

    Raises
    ------
    TuntiError
        If the workers' name is not understood, Dask is not installed or not reached, or workers were lost again and
        again.
    """
    who = Workers.named(workers)
    prepared = prepare(graph, ds, cells, sites, cutoff_ds=cutoff_ds, orders=orders)
    if who.kind == "threads":
        return _rows(prepared, sites, tenths, who.count or None)
    if who.kind == "processes":
        count = who.count or usable_cores()
        parts = parts_of(prepared, sites, count)
        return put_together(sites.places, parts, _by_processes(prepared, sites, parts, tenths, count), tenths)
    return _by_dask(prepared, sites, tenths, who.address)


def parts_of(prepared: Prepared, sites: Connectors, workers: int) -> list[Part]:
    """Cut the sites into parts for handing out: whole groups of the sweep, or runs of sites for the search."""
    if isinstance(prepared, SweepGraph):
        whole = groups(prepared, sites)
        many = max(1, min(len(whole) // (workers * _PARTS_EACH), 64))
        return [np.concatenate(whole[i : i + many]) for i in range(0, len(whole), many)]
    size = max(_SITES_A_PART, -(-sites.places // (workers * _PARTS_EACH)))
    every = np.arange(sites.places, dtype=np.int32)
    return [every[i : i + size] for i in range(0, sites.places, size)]


def put_together(count: int, parts: list[Part], found: Iterator[Rows], tenths: bool) -> Rows:
    """Put the rows of the parts together in the order of the sites.

    Parameters
    ----------
    count : int
        Number of sites; those in no part have no times.
    parts : list of int32 arrays
        Sites of each part.
    found : iterator of Rows
        The rows of each part, in the order of ``parts``.
    """
    held: list[Rows] = []
    lengths = np.zeros(count, np.int64)
    for part, rows in zip(parts, found, strict=True):
        lengths[part] = np.diff(rows[0])
        held.append(rows)
    indptr = np.zeros(count + 1, np.int64)
    np.cumsum(lengths, out=indptr[1:])
    cell = np.empty(indptr[-1], np.int32)
    value = np.empty(indptr[-1], np.uint32 if tenths else np.uint16)
    for part in reversed(parts):  # a part's rows are let go of once they are in their place
        starts, part_cell, part_value = held.pop()
        for i, j in enumerate(part):
            cell[indptr[j] : indptr[j + 1]] = part_cell[starts[i] : starts[i + 1]]
            value[indptr[j] : indptr[j + 1]] = part_value[starts[i] : starts[i + 1]]
    return indptr, cell, value


def _rows(prepared: Prepared, sites: Connectors, tenths: bool, threads: int | None) -> Rows:
    if isinstance(prepared, SweepGraph):
        return sweep_rows(prepared, sites, workers=threads, tenths=tenths)
    return search_rows(prepared, sites, workers=threads, tenths=tenths)


# --- processes -------------------------------------------------------------------------------------------------------

_mine: tuple[Prepared, Connectors, bool] | None = None
_blocks: list[SharedMemory] = []


def _by_processes(prepared: Prepared, sites: Connectors, parts: list[Part], tenths: bool, count: int) -> Iterator[Rows]:
    """Hand parts to processes that all read one copy of the network in shared memory."""
    buffers: list[pickle.PickleBuffer] = []
    plan = pickle.dumps((prepared, sites, tenths), protocol=5, buffer_callback=buffers.append)
    raw = [b.raw() for b in buffers]
    block = SharedMemory(create=True, size=max(1, sum(-(-b.nbytes // 64) * 64 for b in raw)))
    memory = cast(memoryview, block.buf)
    try:
        spans = []
        at = 0
        for b in raw:
            memory[at : at + b.nbytes] = b
            spans.append((at, b.nbytes))
            at += -(-b.nbytes // 64) * 64
        start = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            count, mp_context=start, initializer=_open, initargs=(block.name, plan, spans)
        ) as pool:
            try:
                yield from pool.map(_part, parts)
            except BrokenProcessPool as error:
                raise TuntiError(say("A worker process was ended from outside; start the run again.")) from error
    finally:
        memory.release()
        block.close()
        block.unlink()


def _open(name: str, plan: bytes, spans: list[tuple[int, int]]) -> None:
    """Open the network that the parent process put into shared memory; kept open as long as the process lives."""
    global _mine
    block = SharedMemory(name=name)
    _blocks.append(block)
    memory = cast(memoryview, block.buf)
    _mine = pickle.loads(plan, buffers=[memory[a : a + n] for a, n in spans])


def _part(part: Part) -> Rows:
    if _mine is None:
        raise RuntimeError("the worker process was not set up")
    prepared, sites, tenths = _mine
    return _rows(prepared, places(sites, part), tenths, 1)


# --- Dask ------------------------------------------------------------------------------------------------------------


def _dask_part(plan: tuple[Prepared, Connectors, bool], part: Part) -> Rows:
    prepared, sites, tenths = plan
    return _rows(prepared, places(sites, part), tenths, 1)


def _by_dask(prepared: Prepared, sites: Connectors, tenths: bool, address: str) -> Rows:
    """Hand parts to Dask workers; hand out again what was lost with a worker.

    The network is sent to every worker once. Dask itself gives a lost worker's parts to the others; should the
    network's last copy be lost, it is sent again together with the parts that are still missing.
    """
    dask = _distributed()
    try:
        client = dask.Client(address, timeout=_ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        where = address.removeprefix("tcp://")
        raise TuntiError(say("No Dask scheduler answers at {address}.", address=where)) from error
    with client:
        count = max(1, sum(client.nthreads().values()))
        parts = parts_of(prepared, sites, count)
        found: dict[int, Rows] = {}
        for _ in range(_TRIES):
            _collect(client, (prepared, sites, tenths), parts, found)
            if len(found) == len(parts):
                return put_together(sites.places, parts, (found.pop(i) for i in range(len(parts))), tenths)
    raise TuntiError(say("Dask workers were lost {times} times; start the run again.", times=_TRIES))


def _collect(client: Any, plan: tuple[Prepared, Connectors, bool], parts: list[Part], found: dict[int, Rows]) -> None:
    """Hand out the parts that are still missing and take in what comes back, in any order."""
    missing = [i for i in range(len(parts)) if i not in found]
    sent = client.scatter(plan, broadcast=True, hash=False)
    run: Callable[..., Any] = _dask_part
    futures = {client.submit(run, sent, parts[i], pure=False, retries=_TRIES): i for i in missing}
    for future in _distributed().as_completed(list(futures), loop=client.loop):
        if future.status == "finished":
            try:
                found[futures[future]] = future.result()
            except Exception as error:
                if not _lost(error):
                    raise
        elif future.status == "error" and not _lost(future.exception()):
            future.result()
        future.release()


def _lost(error: BaseException | None) -> bool:
    """Tell whether an error means that a worker went away, not that the work is wrong."""
    dask = _distributed()
    gone = (dask.KilledWorker, dask.client.FutureCancelledError, OSError, TimeoutError)
    return error is None or isinstance(error, gone)


def _distributed() -> Any:
    """Give Dask's package for more than one machine, which is optional."""
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise TuntiError(
            say("Dask is not installed: install the package 'distributed', or use processes:N.")
        ) from error
