"""Vector instructions for many searches side by side: one row of labels is one cache line.

A row holds the labels of one node for 32 sites (``uint16``, up to 109 minutes) or 16 sites (``uint32``). Numba alone
widens 16-bit numbers before it adds them and then does not vectorise; the intrinsics here say what is meant, and LLVM
picks the instructions of the machine that it runs on.
"""
# mypy: disable-error-code="no-untyped-def,untyped-decorator,no-untyped-call"

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

ROW_BYTES = 64
"""Bytes in a row of labels: a cache line of most machines."""

STEP = 4
"""Arcs that :func:`pull_fours` takes at a time."""

FAR_16 = np.uint16(0xFFFF)
"""Label 'beyond' in 16 bits; sums stop here."""

FAR_32 = np.uint32(1 << 30)
"""Label 'beyond' in 32 bits: two of them still fit."""


def lanes(dtype: type[np.unsignedinteger]) -> int:
    """Count the searches that one row holds."""
    return ROW_BYTES // np.dtype(dtype).itemsize


def label_rows(rows: int, dtype: type[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    """Make room for rows of labels, flat, each row on a cache line of its own; what it holds is undefined."""
    size = np.dtype(dtype).itemsize
    raw = np.empty(rows * lanes(dtype) + ROW_BYTES // size, dtype)
    skip = (-raw.ctypes.data) % ROW_BYTES // size
    return raw[skip : skip + rows * lanes(dtype)]


class _Row:
    """Builds the instructions on one row, for labels of the width that the array has."""

    def __init__(self, context, builder, array_type):
        self.bits = array_type.dtype.bitwidth
        self.lanes = 8 * ROW_BYTES // self.bits
        self.one = ir.IntType(self.bits)
        self.type = ir.VectorType(self.one, self.lanes)
        self.context, self.builder = context, builder

    def far(self):
        value = int(FAR_16) if self.bits == 16 else int(FAR_32)
        return ir.Constant(self.type, [value] * self.lanes)

    def data(self, array_type, array):
        return self.context.make_array(array_type)(self.context, self.builder, array).data

    def at(self, data, row):
        pointer = self.builder.gep(data, [self.builder.mul(row, ir.Constant(row.type, self.lanes))])
        return self.builder.bitcast(pointer, self.type.as_pointer())

    def load(self, data, row):
        return self.builder.load(self.at(data, row), align=ROW_BYTES)

    def store(self, value, data, row):
        self.builder.store(value, self.at(data, row), align=ROW_BYTES)

    def splat(self, value):
        undefined = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, undefined, mask)

    def add(self, a, b):
        if self.bits == 32:  # FAR_32 leaves room for the sum, and the least is taken against it
            return self.builder.add(a, b)
        name = f"llvm.uadd.sat.v{self.lanes}i{self.bits}"
        function = cgutils.get_or_insert_function(
            self.builder.module, ir.FunctionType(self.type, [self.type, self.type]), name
        )
        return self.builder.call(function, [a, b])

    def least(self, a, b):
        return self.builder.select(self.builder.icmp_unsigned("<", a, b), a, b)

    def seconds(self, value, limit):
        """Give whole seconds in 16 bits, half a second up; 65,535 beyond the limit."""
        ten, five, one, zero = (ir.Constant(self.type, [n] * self.lanes) for n in (10, 5, 1, 0))
        whole = self.builder.udiv(value, ten)
        rest = self.builder.sub(value, self.builder.mul(whole, ten))
        up = self.builder.select(self.builder.icmp_unsigned(">=", rest, five), one, zero)
        rounded = self.builder.add(whole, up)
        short = ir.VectorType(ir.IntType(16), self.lanes)
        if self.bits != 16:
            rounded = self.builder.trunc(rounded, short)
        inside = self.builder.icmp_unsigned("<=", value, self.splat(limit))
        return self.builder.select(inside, rounded, ir.Constant(short, [0xFFFF] * self.lanes))

    def zipped(self, a, b, half):
        """Give one lane of ``a`` and one of ``b`` in turn, of their first or second half."""
        order = [half * self.lanes // 2 + i // 2 + (i % 2) * self.lanes for i in range(self.lanes)]
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), order))

    def within(self, value, limit):
        """Give a bit for each lane that is at most the limit."""
        inside = self.builder.icmp_unsigned("<=", value, self.splat(limit))
        return self.builder.zext(self.builder.bitcast(inside, ir.IntType(self.lanes)), ir.IntType(64))


@intrinsic
def pull(typing_context, target, row, keep, label, head, weight, first, last, limit):
    """Set a row of ``target`` to the least of ``label[head[k]] + weight[k]`` over ``first <= k < last``, lane by lane.

    Starts from what the row holds where ``keep`` is not zero, else from 'beyond'. Gives one bit for each lane that ends
    at most at ``limit`` (a number of the labels' type). ``target`` may be ``label``.
    """
    del typing_context, row, keep, first, last, limit
    return _pulling(target, label, head, weight, 1)


@intrinsic
def pull_fours(typing_context, target, row, keep, label, head, weight, first, last, limit):
    """Do what :func:`pull` does, four arcs at a time; their number must be a multiple of four.

    One branch for four arcs: guessing wrongly where a row's arcs end costs as much as some arcs do.
    """
    del typing_context, row, keep, first, last, limit
    return _pulling(target, label, head, weight, STEP)


def _pulling(target, label, head, weight, step):
    signature = types.uint64(
        target, types.int64, types.int64, label, head, weight, types.int64, types.int64, label.dtype
    )

    def build(context, builder, signature, arguments):
        row_type = _Row(context, builder, signature.args[0])
        targets = row_type.data(signature.args[0], arguments[0])
        row, keep = arguments[1:3]
        labels = row_type.data(signature.args[3], arguments[3])
        heads = row_type.data(signature.args[4], arguments[4])
        weights = row_type.data(signature.args[5], arguments[5])
        k0, k1, limit = arguments[6:]
        kept = builder.icmp_signed("!=", keep, ir.Constant(keep.type, 0))
        start = builder.select(kept, row_type.load(targets, row), row_type.far())
        before = builder.block
        loop = builder.append_basic_block("pull")
        after = builder.append_basic_block("pulled")
        builder.cbranch(builder.icmp_signed("<", k0, k1), loop, after)
        builder.position_at_end(loop)
        k = builder.phi(k0.type)
        least = builder.phi(row_type.type)
        found = least
        for i in range(step):
            at = builder.add(k, ir.Constant(k.type, i))
            u = builder.sext(builder.load(builder.gep(heads, [at])), ir.IntType(64))
            time = row_type.splat(builder.load(builder.gep(weights, [at])))
            found = row_type.least(row_type.add(row_type.load(labels, u), time), found)
        following = builder.add(k, ir.Constant(k.type, step))
        k.add_incoming(k0, before)
        k.add_incoming(following, loop)
        least.add_incoming(start, before)
        least.add_incoming(found, loop)
        builder.cbranch(builder.icmp_signed("<", following, k1), loop, after)
        builder.position_at_end(after)
        result = builder.phi(row_type.type)
        result.add_incoming(start, before)
        result.add_incoming(found, loop)
        row_type.store(result, targets, row)
        return row_type.within(result, limit)

    return signature, build


@intrinsic
def relax(typing_context, target, row, source, source_row, weight):
    """Lower a row to ``source[source_row] + weight`` in each lane where that is less."""
    del typing_context
    signature = types.void(target, types.int64, source, types.int64, target.dtype)

    def build(context, builder, signature, arguments):
        row_type = _Row(context, builder, signature.args[0])
        into = row_type.data(signature.args[0], arguments[0])
        out_of = row_type.data(signature.args[2], arguments[2])
        through = row_type.add(row_type.load(out_of, arguments[3]), row_type.splat(arguments[4]))
        row_type.store(row_type.least(through, row_type.load(into, arguments[1])), into, arguments[1])
        return context.get_dummy_value()

    return signature, build


@intrinsic
def within(typing_context, label, row, limit):
    """Give one bit for each lane of a row that is at most the limit."""
    del typing_context
    signature = types.uint64(label, types.int64, label.dtype)

    def build(context, builder, signature, arguments):
        row_type = _Row(context, builder, signature.args[0])
        labels = row_type.data(signature.args[0], arguments[0])
        return row_type.within(row_type.load(labels, arguments[1]), arguments[2])

    return signature, build


@intrinsic
def turn_block(typing_context, times, first, seconds, stride, used, spare, limit):
    """Write the whole seconds of as many cells as a row has lanes into a table with one line for each site.

    Reads the rows ``first ..`` of ``times``; writes ``seconds[lane * stride + first ..]`` for each ``lane < used``, and
    what other lanes hold into ``spare``. A square of numbers is turned over by zipping its lines, log2(lanes) times.
    """
    del typing_context
    signature = types.void(times, types.int64, seconds, types.int64, types.int64, spare, times.dtype)

    def build(context, builder, signature, arguments):
        row_type = _Row(context, builder, signature.args[0])
        data = row_type.data(signature.args[0], arguments[0])
        table = row_type.data(signature.args[2], arguments[2])
        unused = row_type.data(signature.args[5], arguments[5])
        first, stride, used, limit = arguments[1], arguments[3], arguments[4], arguments[6]
        count = row_type.lanes
        lines = []
        for i in range(count):
            row = builder.add(first, ir.Constant(first.type, i))
            lines.append(row_type.seconds(row_type.load(data, row), limit))
        for _ in range(count.bit_length() - 1):
            pairs = [(lines[i], lines[i + count // 2]) for i in range(count // 2)]
            lines = [row_type.zipped(a, b, half) for a, b in pairs for half in (0, 1)]
        for lane, line in enumerate(lines):
            number = ir.Constant(first.type, lane)
            place = builder.gep(table, [builder.add(builder.mul(number, stride), first)])
            place = builder.select(builder.icmp_signed("<", number, used), place, unused)
            builder.store(line, builder.bitcast(place, line.type.as_pointer()), align=2)
        return context.get_dummy_value()

    return signature, build
