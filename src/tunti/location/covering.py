"""Covering to the end: relaxation, local cuts, settling, and branch and bound with cuts at its nodes.

For questions in which some sets must be hit, whatever they cost, and all other rules are on sites alone ('fewest
points, nobody farther than an hour'). The relaxation is kept by HiGHS, whose dual simplex method takes up added rows
and changed bounds from where it stood. What is called a bound here is worked out from the multipliers that it gives:

    L = sum_i pi_i b_i + sum_j min over l_j <= y_j <= u_j of (cost_j - (A' pi)_j) y_j

is one for any multipliers of the right sign.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tunti.location.cover import applies, fewer
from tunti.location.dominate import turned
from tunti.location.exact import sets
from tunti.location.highs import quiet_highs
from tunti.location.local_cuts import local_cuts
from tunti.location.miss import FREE, MissForm

Floats = NDArray[np.float64]

SIZES = (16, 24, 32, 40, 52)
"""Sites of a neighbourhood, one size after the other as the smaller ones give out."""

ROUNDS = 40
"""Most rounds of cuts of one size."""

LIFTED = 40
"""Sites outside a neighbourhood whose coefficients are as small as they can be; the others' are good enough."""

MISSED = 400
"""Most sets that come into the relaxation at a time."""

GAIN = 0.004
"""A round must close this share of what is left between bound and plan, or the next size comes."""

TRIED = 8
"""Sites that are tried before one is branched on."""

NODE_ENTRIES = 30_000_000
"""Entries of the rows times nodes that branching is worth: thousands of nodes for a region, dozens for a continent."""


def covers_only(form: MissForm) -> bool:
    """Tell whether a form asks to hit sets at the least cost, other rules being on sites alone."""
    strict = form.strict()
    return bool(
        strict.any()
        and not form.twice
        and not form.weight.any()
        and strict[form.z_row].all()
        and (form.cost[form.state == FREE] > 0).all()
    )


class _Relaxation:
    """The rows as a linear programme that keeps its basis while rows come and go and bounds change.

    Of thousands of sets a relaxed plan touches hundreds: a set's row comes when a plan misses it and goes when it holds
    loosely, as cuts do.

    Attributes
    ----------
    start, site, begin, row_of : int64
        The sets that must be hit, by sets and by sites.
    cost : float64, shape (sites,)
    lower, upper : float64, shape (sites,)
        What is settled about each site at present.
    rows : csr matrix
        Rows ``>= 1`` that are in the programme.
    value : float
        The bound.
    y, reduced : float64, shape (sites,)
        The relaxed plan and the reduced costs.
    """

    def __init__(
        self, start: NDArray[np.int64], site: NDArray[np.int64], cost: Floats, rule: Floats, low: Floats, high: Floats,
        seed: int,
    ) -> None:  # fmt: skip
        n, m = len(cost), len(start) - 1
        self.start, self.site, self.cost = start, site, cost
        self.begin, self.row_of = turned(start, site, n)
        self.sets = scipy.sparse.csr_matrix((np.ones(len(site)), site, start), shape=(m, n))
        self.lower, self.upper = np.zeros(n), np.ones(n)
        self.value, self.y, self.reduced = -math.inf, np.zeros(n), cost.copy()
        self._rule, self._low, self._high = rule, low, high
        self.rows = scipy.sparse.csr_matrix((0, n))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = n, len(low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, self.lower, self.upper
        lp.row_lower_ = np.where(np.isinf(low), -highspy.kHighsInf, low)
        lp.row_upper_ = np.where(np.isinf(high), highspy.kHighsInf, high)
        matrix = scipy.sparse.csr_matrix(rule)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data
        self._h: Any = quiet_highs()
        for key, option in (("random_seed", seed), ("solver", "simplex")):
            self._h.setOptionValue(key, option)
        self._h.passModel(lp)
        self._add(self.sets[_apart(start, site, n)])

    def _add(self, new: Any) -> None:
        """Put rows into the programme."""
        self._h.addRows(
            new.shape[0], np.ones(new.shape[0]), np.full(new.shape[0], highspy.kHighsInf), new.nnz,
            new.indptr[:-1].astype(np.int32), new.indices.astype(np.int32), new.data,
        )  # fmt: skip
        self.rows = scipy.sparse.vstack([self.rows, new], format="csr")

    def settle(self, lower: Floats, upper: Floats) -> None:
        """Change what is settled about the sites."""
        at = np.flatnonzero((lower != self.lower) | (upper != self.upper)).astype(np.int32)
        if len(at):
            self._h.changeColsBounds(len(at), at, lower[at], upper[at])
            self.lower, self.upper = lower.copy(), upper.copy()

    def solve(self) -> float:
        """Solve, adding rows for the sets that the plan misses; give the bound (``inf``: no plan keeps the rows)."""
        while self._run(2_147_483_647) < math.inf:
            got = self.sets @ self.y
            missed = np.flatnonzero(got < 1 - 1e-6)
            if not len(missed):
                break
            self._add(self.sets[np.sort(missed[np.argsort(got[missed], kind="stable")[:MISSED]])])
        return self.value

    def _run(self, steps: int) -> float:
        """Let the dual simplex method go some steps; give the bound that its multipliers prove."""
        self._h.setOptionValue("simplex_iteration_limit", steps)
        if self._h.run() == highspy.HighsStatus.kError:
            raise RuntimeError("HiGHS refused the relaxation")
        if self._h.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            self.value = math.inf
            return math.inf
        found = self._h.getSolution()
        pi = np.asarray(found.row_dual)
        rules, sets = pi[: len(self._low)], np.maximum(pi[len(self._low) :], 0.0)
        rules = np.where((rules > 0) & np.isinf(self._low) | (rules < 0) & np.isinf(self._high), 0.0, rules)
        self.reduced = self.cost - self._rule.T @ rules - self.rows.T @ sets
        right = np.where(rules > 0, self._low, self._high)[rules != 0]
        paid = float(rules[rules != 0] @ right) + float(sets.sum())
        self.value = paid + float(np.minimum(self.reduced * self.lower, self.reduced * self.upper).sum())
        self.y = np.clip(np.asarray(found.col_value), 0.0, 1.0)
        return self.value

    def cut(self, closed: NDArray[np.bool_], *, most: int, seed: int) -> int:
        """Add the local cuts that the relaxed plan breaks and drop rows that hold loosely; give how many came."""
        ends, column, value = local_cuts(
            self.start, self.site, self.begin, self.row_of, self.y, self.reduced, closed,
            most=most, turns=LIFTED, seed=seed,
        )  # fmt: skip
        if len(ends) < 2:
            return 0
        loose = self.rows @ self.y > 1 + 1e-6
        if loose.any():
            drop = (np.flatnonzero(loose) + len(self._low)).astype(np.int32)
            self._h.deleteRows(len(drop), drop)
            self.rows = self.rows[~loose]
        self._add(scipy.sparse.csr_matrix((value, column, ends), shape=(len(ends) - 1, len(self.cost))))
        return len(ends) - 1

    def whole(self) -> bool:
        """Tell whether the relaxed plan opens no part of a site."""
        return bool((np.minimum(self.y, 1 - self.y) < 1e-6).all())

    def keeps(self, plan: NDArray[np.bool_]) -> bool:
        """Tell whether a plan hits every set and keeps the rules."""
        used = self._rule @ plan.astype(float)
        return bool(
            (self.sets @ plan.astype(float) > 0.5).all()
            and (used >= self._low - 1e-6).all()
            and (used <= self._high + 1e-6).all()
        )

    def tried(self, j: int, side: float, steps: int) -> float:
        """Give the bound with a site closed or open after a few steps; all is as before afterwards."""
        basis = self._h.getBasis()
        kept = (self.lower, self.upper, self.value, self.y, self.reduced)
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[j] = upper[j] = side
        self.settle(lower, upper)
        value = self._run(steps)
        self.settle(kept[0], kept[1])
        self._h.setBasis(basis)
        self.lower, self.upper, self.value, self.y, self.reduced = kept
        return value


def _apart(start: NDArray[np.int64], site: NDArray[np.int64], sites: int) -> NDArray[np.int64]:
    """Pick sets that share no site, small ones first: rows to begin with."""
    taken = np.zeros(sites, bool)
    out = []
    for k in np.argsort(np.diff(start), kind="stable"):
        own = site[start[k] : start[k + 1]]
        if not taken[own].any():
            taken[own] = True
            out.append(k)
    return np.sort(np.array(out, np.int64))


@dataclass(frozen=True, eq=False)
class Covered:
    """What covering to the end says: the best plan or None, a bound, nodes, rows added, and whether limits ended it."""

    opened: NDArray[np.bool_] | None
    bound: float
    nodes: int
    cuts: int
    ended: bool
    interrupted: bool = False


def cover(
    form: MissForm,
    known: NDArray[np.bool_] | None,
    *,
    gap: float,
    nodes: int,
    seed: int,
    tell: Callable[[float, float], None] = lambda value, bound: None,
    out_of_time: Callable[[], bool] = lambda: False,
) -> Covered:
    """Hit all sets that must be hit at the least cost.

    Parameters
    ----------
    form : MissForm
        One for which :func:`covers_only` holds.
    known : bool, shape (sites,), optional
        A plan to start from.
    gap : float
        Good enough.
    nodes : int
        Most nodes of branch and bound.
    seed : int
    tell : callable
        Called with the best value and the bound.
    out_of_time : callable

    Returns
    -------
    Covered
    """
    return _Search(form, known, gap, nodes, seed, tell, out_of_time).run()


class _Search:
    """One run of :func:`cover`: the relaxation, the best plan, and the nodes that wait."""

    def __init__(
        self,
        form: MissForm,
        known: NDArray[np.bool_] | None,
        gap: float,
        nodes: int,
        seed: int,
        tell: Callable[[float, float], None],
        out_of_time: Callable[[], bool],
    ) -> None:
        self.form, self.gap, self.seed, self.tell, self.out_of_time = form, gap, seed, tell, out_of_time
        self.free = form.free
        column = np.full(form.sites, -1, np.int64)
        column[self.free] = np.arange(len(self.free))
        start, site = sets(form, np.flatnonzero(form.must()))
        low, high = form.limits_left()
        rules = np.flatnonzero(~form.strict() & form.y_row.any(axis=1))
        self.cost = form.cost[self.free]
        whole = (self.cost == np.round(self.cost)).all() and self.cost.max(initial=0) < 2**52
        self.step = float(np.gcd.reduce(self.cost.astype(np.int64))) if whole else 0.0
        rule = form.y_row[rules][:, self.free]
        self.lp = _Relaxation(start, column[site], self.cost, rule, low[rules], high[rules], seed)
        self.nodes = min(nodes, max(20, NODE_ENTRIES // max(len(site), 1)))
        self.closed = np.zeros(len(self.free), bool)
        self.best, self.value = None if known is None else known[self.free].copy(), math.inf
        if self.best is not None:
            if self.lp.keeps(self.best):
                self.value = float(self.cost[self.best].sum())
            else:
                self.best = None
        self.bound = -math.inf
        self.used = self.cuts = 0

    def enough(self, bound: float) -> bool:
        """Tell whether plans of at least this bound are of no interest."""
        if not math.isfinite(self.value):
            return bound == math.inf
        total = self.form.base + self.value
        tiny = 1e-6 * max(self.step, 1e-3)
        return bound > self.value - self.step + tiny or self.value - bound <= self.gap * max(abs(total), 1.0)

    def run(self) -> Covered:
        """Search until the gap is closed or the limits are reached."""
        ended = interrupted = False
        try:
            ended = self._search()
        except KeyboardInterrupt:
            ended = interrupted = True
        opened = None
        if self.best is not None:
            opened = self.form.opened.copy()
            opened[self.free[self.best]] = True
        bound = self._at_least(min(self.bound, self.value))
        return Covered(opened, self.form.base + min(bound, self.value), self.used, self.cuts, ended, interrupted)

    def _offer(self, plan: NDArray[np.bool_]) -> None:
        value = float(self.cost[plan].sum())
        if value < self.value and self.lp.keeps(plan):
            self.best, self.value = plan.copy(), value

    def _rounds(
        self, sizes: tuple[int, ...], rounds: int, lower: Floats, upper: Floats
    ) -> tuple[float, Floats, Floats]:
        """Cut and settle until the bound stands still; give the bound and what is settled."""
        bound = self.lp.solve()
        for size in sizes:
            for turn in range(rounds):
                if self.enough(bound) or self.lp.whole() or self.out_of_time():
                    break
                lower, upper = self._fixed(bound, lower, upper)
                came = self.lp.cut(self.closed, most=size, seed=self.seed + self.cuts + turn)
                self.cuts += came
                if not came:
                    break
                before, bound = bound, max(bound, self.lp.solve())
                if self.used == 0:
                    self.bound = max(self.bound, bound)
                    self.tell(self.value, self.bound)
                goal = self.value if math.isfinite(self.value) else 2 * abs(bound) + 1
                if bound - before < GAIN * max(goal - before, self.step):
                    break
        return bound, lower, upper

    def _fixed(self, bound: float, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Settle sites whose other choice would make the plan no better than the best one known."""
        if not math.isfinite(self.value):
            return lower, upper
        room = self.value - self.step + 1e-6 * max(self.step, 1e-3) - self.lp.value
        free = self.lp.lower < self.lp.upper
        shut = free & (self.lp.reduced > room)
        open_ = free & (self.lp.reduced < -room)
        if shut.any() or open_.any():
            lower, upper = lower.copy(), upper.copy()
            upper[shut] = 0.0
            lower[open_] = 1.0
            if self.used == 0:
                self.closed |= shut  # true of the whole question, so cuts may use it
            self.lp.settle(lower, upper)
        return lower, upper

    def _search(self) -> bool:
        """Bound the root, improve the plan, branch; tell whether limits ended it."""
        n = len(self.free)
        lower, upper = np.zeros(n), np.ones(n)
        for sizes, work in ((SIZES[:1], 1e9), (SIZES[1:], 1e10)):
            bound, lower, upper = self._rounds(sizes, ROUNDS, lower, upper)
            self.bound = max(self.bound, bound)
            self._improve(work)
        if self.enough(self.bound):
            return False
        order = 0
        given_up = math.inf  # the least bound of a node that was given up for the gap, not for the plan
        heap: list[tuple[float, int, Floats, Floats]] = [(self.bound, 0, lower, upper)]
        while heap:
            self.bound = max(self.bound, min(heap[0][0], self.value))
            self.tell(self.value, self.bound)
            if self.enough(heap[0][0]):
                break
            if self.used >= self.nodes or self.out_of_time():
                return True
            _, _, lower, upper = heapq.heappop(heap)
            self.used += 1
            self.lp.settle(lower, upper)
            bound, lower, upper = self._rounds((24, 32), 3, lower, upper)
            if self.lp.whole() and math.isfinite(bound):
                self._offer(self.lp.y > 0.5)
            if self.enough(bound):
                given_up = min(given_up, bound)
                continue
            lower, upper = self._fixed(bound, lower, upper)
            j, below, above = self._branch_on(bound)
            if j < 0:
                if self.lp.whole():
                    continue
                return True
            for choice, value in ((0.0, below), (1.0, above)):
                if self.enough(value):
                    given_up = min(given_up, value)
                    continue
                child = (lower.copy(), upper.copy())
                child[0][j] = child[1][j] = choice
                order += 1
                heapq.heappush(heap, (max(bound, value), order, *child))
        waiting = min((node[0] for node in heap), default=math.inf)
        self.bound = max(self.bound, min(self.value, self._at_least(min(given_up, waiting))))
        return False

    def _at_least(self, bound: float) -> float:
        """Give what no plan is better than, where no node's bound is below a bound: costs come in steps."""
        return self.step * math.ceil(bound / self.step - 1e-6) if self.step and math.isfinite(bound) else bound

    def _improve(self, work: float) -> None:
        """Look longer for a plan where the bound leaves room for one."""
        if self.best is None or self.enough(self.bound) or not applies(self.form):
            return
        plan = self.form.opened.copy()
        plan[self.free[self.best]] = True
        target = self.form.base + self.step * math.ceil(self.bound / self.step - 1e-6)
        self._offer(fewer(self.form, plan, target=target, work=work, seed=self.seed + 1)[self.free])

    def _branch_on(self, bound: float) -> tuple[int, float, float]:
        """Pick the site whose choices raise the bound most; give it with both bounds (-1: none is open to choice)."""
        split = np.minimum(self.lp.y, 1 - self.lp.y)
        split[self.lp.lower == self.lp.upper] = 0.0
        order = np.argsort(-split, kind="stable")[:TRIED]
        best, chosen = -1.0, (-1, bound, bound)
        for j in order[split[order] > 1e-7]:
            below, above = (max(bound, self.lp.tried(int(j), side, 60)) for side in (0.0, 1.0))
            score = max(below - bound, 1e-6) * max(above - bound, 1e-6)
            if score > best:
                best, chosen = score, (int(j), below, above)
            if self.enough(below) and self.enough(above):
                break
        return chosen
