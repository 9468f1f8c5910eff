"""Kernels of the sweep over a folded network: climb, sweep, and take the cells' times."""
# mypy: disable-error-code="no-untyped-def,assignment,call-arg,var-annotated"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.lanes import ROW_BYTES, STEP, pull, pull_fours, relax, turn_block, within
from tunti.network.machine import lowest, prefetch


class SweepArrays(NamedTuple):
    """What the kernels read; see :class:`tunti.network.sweep.SweepGraph`.

    ``weight`` arrays have the type of the labels (uint16 or uint32), all in tenths of a second.
    """

    indptr: NDArray[np.int64]  # arcs of each swept row, filled up to a multiple of four by repeating the last one
    head: NDArray[np.int32]  # swept row that the arc leads to, smaller
    weight: NDArray[Any]
    gate_start: NDArray[np.int32]  # first row of a district
    gate_end: NDArray[np.int32]  # one past its last row
    gate_next: NDArray[np.int32]  # first gate at or after gate_end
    gate_indptr: NDArray[np.int64]  # rows outside the district that its rows' arcs lead to
    gate_head: NDArray[np.int32]
    gate_weight: NDArray[Any]  # the least time from anywhere in the district to that row
    cell: NDArray[np.int32]  # joined cells: first those whose connectors lie below one another, by their first row
    cell_first: NDArray[np.int32]  # the first row of these; the cells after them join unrelated rows
    cell_indptr: NDArray[np.int64]  # and their connectors in this order
    cell_row: NDArray[np.int32]  # swept row of a cell's connector
    cell_weight: NDArray[Any]
    cell_gate: NDArray[np.int32]  # one more than the innermost district of that row, 0 for none
    parent: NDArray[np.int32]  # the next node above each node of the folded network, -1 for none
    up_indptr: NDArray[np.int64]  # its arcs, for climbing from sites
    up_head: NDArray[np.int32]
    up_weight: NDArray[Any]
    row_of: NDArray[np.int32]  # swept row of each node, -1 for none
    limit: Any  # the cut-off, in the labels' type
    far: Any  # label 'beyond', in the labels' type


@njit(cache=True, nogil=True)
def needed_rows(indptr, head, time, cell_node, cell_ds, cutoff):
    """Give numbers to the nodes that a cell's fastest way within the cut-off may climb over: -1 for the others."""
    nodes = len(indptr) - 1
    row_of = np.full(nodes, -1, np.int32)
    for i in range(len(cell_node)):
        if cell_ds[i] <= cutoff:
            row_of[cell_node[i]] = 0
    for j in range(nodes):
        v = nodes - 1 - j
        if row_of[v] == 0:
            for k in range(indptr[v], indptr[v + 1]):
                if time[k] <= cutoff:
                    row_of[head[k]] = 0
    rows = np.int32(0)
    for v in range(nodes):
        if row_of[v] == 0:
            row_of[v] = rows
            rows += 1
    return row_of, rows


@njit(cache=True, nogil=True)
def swept_arcs(indptr, head, time, row_of, rows, cutoff, sample):
    """Give the arcs of the needed rows, in the labels' type; the last one again up to a multiple of ``STEP``."""
    start = np.zeros(rows + 1, np.int64)
    for v in range(len(row_of)):
        r = row_of[v]
        if r >= 0:
            n = np.int64(0)
            for k in range(indptr[v], indptr[v + 1]):
                if time[k] <= cutoff:
                    n += 1
            start[r + 1] = start[r] + (n + STEP - 1) // STEP * STEP
    to = np.empty(start[rows], np.int32)
    weight = np.empty(start[rows], sample.dtype)
    for v in range(len(row_of)):
        if row_of[v] >= 0:
            at = start[row_of[v]]
            for k in range(indptr[v], indptr[v + 1]):
                if time[k] <= cutoff:
                    to[at] = row_of[head[k]]
                    weight[at] = time[k]
                    at += 1
            while at < start[row_of[v] + 1]:
                to[at] = to[at - 1]
                weight[at] = weight[at - 1]
                at += 1
    return start, to, weight


@njit(cache=True, nogil=True)
def climb_arcs(indptr, head, time, cutoff, sample):
    """Give each node's parent and the arcs that a climb within the cut-off may take, in the labels' type."""
    nodes = len(indptr) - 1
    parent = np.full(nodes, -1, np.int32)
    start = np.zeros(nodes + 1, np.int64)
    at = np.int64(0)
    for v in range(nodes):
        if indptr[v + 1] > indptr[v]:
            parent[v] = head[indptr[v + 1] - 1]
        for k in range(indptr[v], indptr[v + 1]):
            at += time[k] <= cutoff
        start[v + 1] = at
    to = np.empty(at, np.int32)
    weight = np.empty(at, sample.dtype)
    at = np.int64(0)
    for k in range(len(head)):
        if time[k] <= cutoff:
            to[at] = head[k]
            weight[at] = time[k]
            at += 1
    return parent, start, to, weight


@njit(cache=True, nogil=True)
def gates(end, indptr, head, row_of, rows, sizes):
    """Choose districts: subtrees of the folded network that first get as small as one of the (falling) sizes."""
    nodes = len(end)
    before = np.empty(nodes + 1, np.int32)  # needed rows before each node
    n = np.int32(0)
    for v in range(nodes):
        before[v] = n
        if row_of[v] >= 0:
            n += 1
    before[nodes] = n
    level = np.zeros(nodes, np.int8)
    start = np.empty(nodes, np.int32)
    stop = np.empty(nodes, np.int32)
    count = np.int64(0)
    least = sizes[-1] // 2
    for v in range(nodes):
        size = before[end[v]] - before[v]
        while level[v] < len(sizes) and size <= sizes[level[v]]:
            level[v] += 1
        above = level[head[indptr[v + 1] - 1]] if indptr[v + 1] > indptr[v] else 0
        if level[v] > above and size >= least:
            start[count] = before[v]
            stop[count] = before[end[v]]
            count += 1
    return start[:count].copy(), stop[:count].copy()


@njit(cache=True, nogil=True)
def gate_arcs(gate_start, gate_end, indptr, head, weight):
    """Give each district's rows outside that its arcs lead to, with the least time, and the gate after it."""
    count = len(gate_start)
    rows = len(indptr) - 1
    mark = np.full(rows, -1, np.int32)
    where = np.empty(rows, np.int64)
    start = np.zeros(count + 1, np.int64)
    to = np.empty(1024, np.int32)
    least = np.empty(1024, weight.dtype)
    at = np.int64(0)
    for g in range(count):
        for k in range(indptr[gate_start[g]], indptr[gate_end[g]]):
            u = head[k]
            if u >= gate_start[g]:
                continue
            if mark[u] != g:
                if at == len(to):
                    more_to = np.empty(2 * at, np.int32)
                    more_least = np.empty(2 * at, weight.dtype)
                    more_to[:at] = to
                    more_least[:at] = least
                    to, least = more_to, more_least
                mark[u] = g
                where[u] = at
                to[at] = u
                least[at] = weight[k]
                at += 1
            elif weight[k] < least[where[u]]:
                least[where[u]] = weight[k]
        start[g + 1] = at
    following = np.searchsorted(gate_start, gate_end).astype(np.int32)
    inner = np.zeros(rows, np.int32)
    for g in range(count):
        inner[gate_start[g] : gate_end[g]] = g + 1
    return start, to[:at].copy(), least[:at].copy(), following, inner


@njit(cache=True, nogil=True)
def listed_climb(a, node, ds, slot, listed):
    """List the nodes above the sites' connectors, each before those above it; give their number and the new list."""
    n = np.int64(0)
    for i in range(len(node)):
        if ds[i] > a.limit:
            continue
        first = n
        v = np.int64(node[i])
        while v >= 0 and slot[v] < 0:
            slot[v] = 0
            if n == len(listed):
                more = np.empty(2 * n, np.int32)
                more[:n] = listed
                listed = more
            listed[n] = v
            n += 1
            v = np.int64(a.parent[v])
        listed[first:n] = listed[first:n][::-1].copy()
    # Read from its end the list has every node before those above it: later ways end where earlier ones pass.
    listed[:n] = listed[:n][::-1].copy()
    for i in range(n):
        slot[listed[i]] = i
    return n, listed


@njit(cache=True, nogil=True)
def climb(a, lane, node, ds, listed, slot, up, label, seeds):
    """Search upwards from the sites and put what is found into the swept rows; give their number, ``seeds`` sorted."""
    wide = ROW_BYTES // up.itemsize
    up[: len(listed) * wide] = a.far
    for i in range(len(node)):
        if ds[i] <= a.limit:
            at = slot[node[i]] * wide + lane[i]
            up[at] = min(up[at], ds[i])
    n = np.int64(0)
    for i in range(len(listed)):
        v = listed[i]
        if within(up, i, a.limit) == 0:
            continue
        for k in range(a.up_indptr[v], a.up_indptr[v + 1]):
            relax(up, np.int64(slot[a.up_head[k]]), up, np.int64(i), a.up_weight[k])
        r = np.int64(a.row_of[v])
        if r >= 0:
            label[r * wide : r * wide + wide] = up[i * wide : i * wide + wide]
            seeds[n] = r
            n += 1
    for i in range(len(listed)):
        slot[listed[i]] = -1
    seeds[:n].sort()
    return n


@njit(cache=True, nogil=True)
def sweep(a, label, seeds, stamp, turn, runs):
    """Give every row its label for each site of the group, district by district, from the most important row down.

    A district is passed over when no site's climb ended in it and no row outside is near enough for any lane. The
    districts that were entered are stamped with ``turn``; ``runs`` gets the first row and the end of each run of rows
    that was swept. Gives the number of runs.
    """
    rows = len(a.indptr) - 1
    spare = np.int64(rows)  # a row that no arc leads to
    stamp[0] = turn
    r = np.int64(0)
    g = np.int64(0)
    s = np.int64(0)
    run = np.int64(0)
    runs[0] = 0
    seed = np.int64(seeds[0]) if len(seeds) else np.int64(rows)
    while r < rows:
        stop = np.int64(a.gate_start[g]) if g < len(a.gate_start) else np.int64(rows)
        if r == stop:
            first, last = a.gate_indptr[g], a.gate_indptr[g + 1]
            if seed >= a.gate_end[g] and pull(
                label, spare, np.int64(0), label, a.gate_head, a.gate_weight, first, last, a.limit
            ) == np.uint64(0):
                if r > runs[2 * run]:
                    runs[2 * run + 1] = r
                    run += 1
                r = np.int64(a.gate_end[g])
                runs[2 * run] = r
                g = np.int64(a.gate_next[g])
            else:
                g += 1
                stamp[g] = turn
            continue
        while r < stop:
            keep = np.int64(0)
            if r == seed:
                keep = np.int64(1)
                s += 1
                seed = np.int64(seeds[s]) if s < len(seeds) else np.int64(rows)
            pull_fours(label, r, keep, label, a.head, a.weight, a.indptr[r], a.indptr[r + 1], a.limit)
            r += 1
    if rows > runs[2 * run]:
        runs[2 * run + 1] = rows
        run += 1
    return run


@njit(cache=True, nogil=True)
def cell_times(a, label, stamp, turn, runs, times, seen):
    """Put the labels of the cells into ``times``, a row for each cell, and mark those within the cut-off of any site.

    Cells come in the order of the sweep and in the runs that were swept only, so that labels are read as they lie; rows
    of cells not marked are left undefined.
    """
    seen[:] = np.uint64(0)
    related = np.int64(len(a.cell_first))
    many = len(runs) // 2
    stop = np.int64(0)
    for run in range(many + 1):
        if run < many:
            start = _first_from(a.cell_first, stop, runs[2 * run])
            stop = _first_from(a.cell_first, start, runs[2 * run + 1])
        else:  # the cells that join unrelated rows
            start, stop = related, np.int64(len(a.cell))
        for i in range(start, stop):
            c = np.int64(a.cell[i])
            first, last = a.cell_indptr[i], a.cell_indptr[i + 1]
            found = np.uint64(0)
            if run < many and last - first == 1:
                found = pull(times, c, np.int64(0), label, a.cell_row, a.cell_weight, first, last, a.limit)
            else:
                keep = np.int64(0)
                for k in range(first, last):
                    if stamp[a.cell_gate[k]] == turn:
                        found = pull(times, c, keep, label, a.cell_row, a.cell_weight, k, k + 1, a.limit)
                        keep = np.int64(1)
            if found != 0:
                seen[c >> 6] |= np.uint64(1) << np.uint64(c & 63)


@njit(cache=True, nogil=True)
def _first_from(ascending, start, value):
    """Give the first position from ``start`` on whose number is at least the value."""
    stop = np.int64(len(ascending))
    while start < stop:
        middle = (start + stop) >> 1
        if ascending[middle] < value:
            start = middle + 1
        else:
            stop = middle
    return start


@njit(cache=True, nogil=True)
def take_rows(a, times, seen, count, entry):
    """Write each site's cells within the cut-off, ascending, with their tenths of a second.

    ``count`` (one a lane) and ``entry`` (lanes x room: the cell times 2 ** 32 plus the tenths) are written to.
    """
    wide = ROW_BYTES // times.itemsize
    count[:] = 0
    words = len(seen)
    for w in range(words):
        bits = seen[min(w + 2, words - 1)]
        while bits != 0:
            prefetch(times, ((np.int64(w + 2) << 6) + lowest(bits)) * wide)
            bits &= bits - np.uint64(1)
        bits = seen[w]
        while bits != 0:
            c = (np.int64(w) << 6) + lowest(bits)
            bits &= bits - np.uint64(1)
            found = within(times, c, a.limit)
            while found != 0:
                lane = lowest(found)
                found &= found - np.uint64(1)
                n = count[lane]
                entry[lane, n] = (c << 32) | np.int64(times[c * wide + lane])
                count[lane] = n + 1


@njit(cache=True, nogil=True)
def packed_rows(count, entry, sample):
    """Put the rows of the lanes one after another: whole seconds for a 16-bit ``sample``, tenths for one of 32 bits."""
    total = np.int64(0)
    for lane in range(len(count)):
        total += count[lane]
    cell = np.empty(total, np.int32)
    value = np.empty(total, sample.dtype)
    at = np.int64(0)
    for lane in range(len(count)):
        for i in range(count[lane]):
            ds = np.uint32(entry[lane, i] & 0xFFFFFFFF)
            cell[at] = entry[lane, i] >> 32
            value[at] = (ds + np.uint32(5)) // np.uint32(10) if sample.itemsize == 2 else ds
            at += 1
    return cell, value


@njit(cache=True, nogil=True)
def take_tile(a, times, seen, seconds):
    """Write every cell's whole seconds to each site of the group (lanes x cells); 65,535 beyond the cut-off."""
    wide = ROW_BYTES // times.itemsize
    cells = seconds.shape[1]
    for w in range(len(seen)):  # what no site reaches is undefined so far
        bits = ~seen[w]
        while bits != 0:
            c = (np.int64(w) << 6) + lowest(bits)
            bits &= bits - np.uint64(1)
            if c >= cells:
                break
            times[c * wide : c * wide + wide] = a.far
    flat = seconds.reshape(-1)
    spare = np.empty(wide, np.uint16)
    used = np.int64(len(seconds))
    if cells < wide:
        for c in range(cells):
            for lane in range(used):
                d = times[c * wide + lane]
                seconds[lane, c] = (np.uint32(d) + np.uint32(5)) // np.uint32(10) if d <= a.limit else 65_535
        return
    for first in range(0, cells, wide):
        turn_block(times, np.int64(min(first, cells - wide)), flat, np.int64(cells), used, spare, a.limit)
