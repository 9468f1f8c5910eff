"""How far driven speeds stray from the model's, and what that makes of a trip's time.

The class speed of a road is right on average only: one national road has villages and lights, the next is a motorway.
Such errors go together along a road and even out over a long trip. :class:`SpeedError` holds how great they are;
the functions here turn it into the spread of a trip's time, the chance that a trip keeps within a limit and the band
that holds a stated share of times. ``docs/methods/certainty.md`` derives the formulas.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from tunti.settings import Season


@dataclass(frozen=True)
class SpeedError:
    """How far driven speeds stray from the class speeds, and when a place counts as surely or likely within reach.

    The relative error of pace (minutes per km) has mean ``bias`` and standard deviation ``sigma``. Between two places
    of one trip its correlation is ``common + (1 - common) * exp(-d / length_km)`` with the way ``d`` between them.

    Attributes
    ----------
    sigma : float
        Standard deviation of the relative error on measured classes (national, main and regional roads). Fitted.
    common : float
        Share of the variance that a whole trip has in common and that does not even out. Fitted.
    length_km : float
        Way over which the rest of the correlation falls to 1/e. Fitted.
    bias : float
        Mean relative error of pace. 0 by decision: the class speeds are taken as they are; the fit's own estimates lie
        within two standard errors of it.
    widen : float
        ``sigma`` of lower roads (connecting, unnumbered, streets, the leg to the road) against that of measured ones.
        **An assumption**: the stations stand on good roads only.
    lower_minutes : float
        Minutes of a trip that go on lower roads, taken at its start; a shorter trip goes on them wholly. Measured on
        trips of 45 to 75 minutes to the nearest municipal seat on the state roads.
    lower_kmh, kmh : float
        Speeds on lower and on other roads, which turn minutes into km for ``length_km``. Measured on the same trips.
    surely, likely : float
        Least chance of being within the standard that is called 'surely' and 'likely'. Settings of this product.

    Raises
    ------
    ValueError
        If a value is out of range.

    Notes
    -----
    Source of the fitted values: free-flow speeds of 338 traffic stations, Fintraffic / digitraffic.fi, CC BY 4.0. The
    168 on even road numbers were fitted on, the 170 on odd ones held out; ``scripts/fit_speed_error.py`` prints both.
    ``common`` and ``length_km`` are the upper ends of one-sided 95 % profile intervals. Bands of 80 % and 90 % hold
    their share of held-out stations and of routes of two and three of them within 10 percentage points.
    """

    sigma: float = 0.153
    common: float = 0.28
    length_km: float = 7.9
    bias: float = 0.0
    widen: float = 1.5
    lower_minutes: float = 23.0
    lower_kmh: float = 55.0
    kmh: float = 80.0
    surely: float = 0.9
    likely: float = 0.5

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        values = (self.sigma, self.common, self.length_km, self.bias, self.widen, self.lower_minutes)
        if not all(math.isfinite(v) for v in (*values, self.lower_kmh, self.kmh, self.surely, self.likely)):
            raise ValueError("all values of the speed error must be finite")
        if self.sigma < 0 or self.widen < 0 or self.lower_minutes < 0:
            raise ValueError("sigma, widen and lower_minutes can't be below 0")
        if not 0 <= self.common <= 1:
            raise ValueError("common is a share between 0 and 1")
        if min(self.length_km, self.lower_kmh, self.kmh) <= 0 or self.bias <= -1:
            raise ValueError("length_km and the speeds must be above 0, bias above -1")
        if not 0 < self.likely <= self.surely < 1:
            raise ValueError("0 < likely <= surely < 1 must hold")


SUMMER = SpeedError()
"""Error of summer speeds. Source: see :class:`SpeedError`."""

WINTER = replace(SUMMER, sigma=0.125)
"""Error of winter speeds; the correlation is that of both seasons together. Source: see :class:`SpeedError`."""

DEFAULT = SUMMER
"""What functions take unless told otherwise: a project is judged on summer speeds by default."""


def speed_error(season: Season) -> SpeedError:
    """Give the speed error of a season's weight set.

    Parameters
    ----------
    season : {"summer", "winter", "peak"}

    Returns
    -------
    SpeedError
        Peak takes the error of summer: only free flow was measured.
    """
    return WINTER if season == "winter" else SUMMER


def route_variance(
    minutes: ArrayLike, km: ArrayLike, sigma: ArrayLike, *, length_km: float, common: float = 0.0
) -> float:
    """Give the variance of the time of a route whose sections are known one by one.

    Parameters
    ----------
    minutes, km, sigma : float, shape (sections,)
        Time at class speed, length, and standard deviation of the relative error of each section, in driving order.
    length_km : float
        Correlation length.
    common : float
        Share of the variance that the whole route has in common.

    Returns
    -------
    float
        Minutes squared.

    Notes
    -----
    ``sum_ij s_i s_j m_i m_j (c + (1 - c) r_ij)``. With ``a = km_i / l``: within a section
    ``r_ii = 2 (a - 1 + exp(-a)) / a**2`` (Vanmarcke 1983, the variance function of exponential correlation), between
    two that lie ``g`` km apart ``r_ij = exp(-g / l) (1 - exp(-a)) (1 - exp(-b)) / (a b)``. Both are the same second
    difference of ``K(x) = |x| + exp(-|x|)``, whose second derivative is ``exp(-|x|)``.
    """
    m, s = np.asarray(minutes, np.float64), np.asarray(sigma, np.float64)
    ends = np.concatenate([[0.0], np.cumsum(np.asarray(km, np.float64))]) / length_km
    weight, width = m * s, np.diff(ends)
    distinct = ends[:, None] - ends
    k = np.abs(distinct) + np.exp(-np.abs(distinct))
    r = k[1:, :-1] - k[:-1, :-1] - k[1:, 1:] + k[:-1, 1:]
    area = width[:, None] * width
    # A section without length has one error, as long as its place is known: the limit of r is exp(-distance).
    middle = (ends[1:] + ends[:-1]) / 2.0
    limit = np.exp(-np.abs(middle[:, None] - middle))
    mean = np.where(area > 1e-9, r / np.where(area > 1e-9, area, 1.0), limit)
    return float(weight @ (common + (1.0 - common) * mean) @ weight)


def trip_sd(minutes: ArrayLike, error: SpeedError = DEFAULT) -> NDArray[np.float64]:
    """Give the standard deviation of a trip's time.

    Parameters
    ----------
    minutes : float, any shape
        Time at class speeds.
    error : SpeedError

    Returns
    -------
    float64, same shape
        Minutes. NaN stays NaN.

    Notes
    -----
    :func:`route_variance` of two sections: the first ``lower_minutes`` on lower roads, the rest on others.
    """
    t = np.asarray(minutes, np.float64)
    flat = _variances(np.ascontiguousarray(t.ravel()), *kernel(error))
    # A factor of its own: bias lengthens trip and error alike.
    return np.asarray(np.sqrt(flat).reshape(t.shape) * (1.0 + error.bias), np.float64)


def chance(minutes: ArrayLike, within: float, error: SpeedError = DEFAULT) -> NDArray[np.float64]:
    """Give the chance that a trip of so many minutes takes no longer than a limit.

    Parameters
    ----------
    minutes : float, any shape
        Time at class speeds; NaN (no way) gives 0.
    within : float
        The limit, minutes.
    error : SpeedError

    Returns
    -------
    float64, same shape
        Between 0 and 1. Without an error it is 1 up to the limit and 0 beyond.

    Notes
    -----
    The trip's time is lognormal with mean ``t (1 + bias)`` and the variance of :func:`trip_sd` (matching of moments,
    Fenton 1960): a time is never below 0 and runs over more easily than under. At the limit itself the chance is a
    little above one half, so no trip within the standard is 'unlikely' while ``bias`` is 0 and ``likely`` 0.5.
    """
    return np.asarray(ndtr(scores(minutes, within, error)), np.float64)


def scores(minutes: ArrayLike, within: float, error: SpeedError = DEFAULT) -> NDArray[np.float64]:
    """Give the chance of :func:`chance` as a value of the standard normal distribution.

    Returns
    -------
    float64, same shape
        ``z`` with ``chance = Phi(z)``; -inf where there is no way, inf or -inf where there is no error.
    """
    t = np.asarray(minutes, np.float64)
    sd = trip_sd(t, error)
    mean = t * (1.0 + error.bias)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.log1p((sd / mean) ** 2)
        z = (np.log(within) - np.log(mean) + variance / 2.0) / np.sqrt(variance)
    sharp = np.where(mean <= within, np.inf, -np.inf)
    z = np.where((variance > 0) & (t > 0), z, sharp)
    return np.asarray(np.where(np.isnan(t), -np.inf, z), np.float64)


def time_band(
    minutes: ArrayLike, share: float, error: SpeedError = DEFAULT
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the band of minutes that holds a stated share of a trip's possible times.

    Parameters
    ----------
    minutes : float, any shape
        Time at class speeds.
    share : float
        Share in the band, such as 0.8; as much is left out below as above.
    error : SpeedError

    Returns
    -------
    low, high : float64, same shape
        Minutes. Bands of greater shares hold those of smaller ones.
    """
    t = np.asarray(minutes, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(t > 0, trip_sd(t, error) / (t * (1.0 + error.bias)), 0.0)
    low, high = log_band(relative, share, bias=error.bias)
    return np.asarray(t * np.exp(low), np.float64), np.asarray(t * np.exp(high), np.float64)


def log_band(
    relative_sd: ArrayLike, share: float, *, bias: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the band of the log of driven time against the model's that holds a stated share.

    Parameters
    ----------
    relative_sd : float, any shape
        Standard deviation of the relative error.
    share : float
        Between 0 and 1.
    bias : float
        Mean relative error.

    Returns
    -------
    low, high : float64, same shape

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.
    """
    if not 0 <= share < 1:
        raise ValueError(f"the share of a band is at least 0 and below 1, not {share}")
    variance = np.log1p(np.asarray(relative_sd, np.float64) ** 2)
    middle = math.log1p(bias) - variance / 2.0
    half = float(ndtri(0.5 + share / 2.0)) * np.sqrt(variance)
    return np.asarray(middle - half, np.float64), np.asarray(middle + half, np.float64)


def shared_covariance(first: float, second: float, shared: float, error: SpeedError = DEFAULT) -> float:
    """Give the covariance of the times of two trips from one place that part after some minutes.

    Parameters
    ----------
    first, second : float
        Minutes of the trips.
    shared : float
        Minutes that they drive together from the start; at most the shorter trip.
    error : SpeedError

    Returns
    -------
    float
        Minutes squared. It grows with the shared minutes; with ``shared == first == second`` it is the variance.

    Notes
    -----
    After the fork the way between two places of the trips leads over the fork, so the correlation is that of
    :class:`SpeedError` on a tree, which is a valid one.
    """
    bias = (1.0 + error.bias) ** 2
    return float(pair_covariance(first, second, min(shared, first, second), *kernel(error)) * bias)


def kernel(error: SpeedError) -> tuple[float, float, float, float, float, float]:
    """Give what the kernels need: sigmas of lower and other roads, common, lower minutes, km per length and minute."""
    return (
        error.sigma * error.widen,
        error.sigma,
        error.common,
        error.lower_minutes,
        error.lower_kmh / 60.0 / error.length_km,
        error.kmh / 60.0 / error.length_km,
    )


@njit(cache=True, nogil=True)
def _k(x):  # type: ignore[no-untyped-def]
    """Give the function whose second derivative is exp(-|x|)."""
    return abs(x) + math.exp(-abs(x))


@njit(cache=True, nogil=True)
def _integral(a0, a1, a2, aw, av, b0, b1, b2, bw, bv):  # type: ignore[no-untyped-def]
    """Integrate exp(-|u - v|) over u in [a0, a2] and v in [b0, b2], weighted.

    The weights are ``aw`` up to ``a1`` and ``av`` from there, and so for b. Integrated by parts twice: only where a
    weight jumps is something left.
    """
    a_turn, b_turn = av - aw, bv - bw
    return -(
        aw * (bw * _k(a0 - b0) + b_turn * _k(a0 - b1) - bv * _k(a0 - b2))
        + a_turn * (bw * _k(a1 - b0) + b_turn * _k(a1 - b1) - bv * _k(a1 - b2))
        - av * (bw * _k(a2 - b0) + b_turn * _k(a2 - b1) - bv * _k(a2 - b2))
    )


@njit(cache=True, nogil=True)
def pair_covariance(first, second, shared, wide, sigma, common, lower, low_rate, rate):  # type: ignore[no-untyped-def]
    """Give the covariance of two trips' minutes that part after ``shared``; see :func:`shared_covariance`.

    A place of a trip lies at ``x`` correlation lengths from the start, where its error weighs ``sigma / rate`` minutes
    for each length. Places before the fork lie on one line with either trip; those after it lie on one line too, if one
    trip's are laid on the other side of the fork.
    """
    low, high = wide / low_rate, sigma / rate
    a_turn, b_turn, turn = min(lower, first), min(lower, second), min(lower, shared)
    a_mid, b_mid, mid = a_turn * low_rate, b_turn * low_rate, turn * low_rate
    a_end, b_end = a_mid + (first - a_turn) * rate, b_mid + (second - b_turn) * rate
    fork = mid + (shared - turn) * rate
    # Where the first trip's own part turns from lower to other roads; at the fork if it is on others by then.
    a_own, b_own = max(a_mid, fork), max(b_mid, fork)
    part = _integral(0.0, a_mid, a_end, low, high, 0.0, mid, fork, low, high)
    if second > shared:
        part += _integral(0.0, mid, fork, low, high, fork, b_own, b_end, low, high)
        if first > shared:
            part += _integral(fork - a_end, fork - a_own, 0.0, high, low, 0.0, b_own - fork, b_end - fork, low, high)
    a_sum, b_sum = low * a_mid + high * (a_end - a_mid), low * b_mid + high * (b_end - b_mid)
    return common * a_sum * b_sum + (1.0 - common) * max(0.0, part)


@njit(cache=True, nogil=True)
def _variances(minutes, wide, sigma, common, lower, low_rate, rate):  # type: ignore[no-untyped-def]
    """Variance of each trip's minutes."""
    out = np.empty(len(minutes))
    for k in range(len(minutes)):
        t = minutes[k]
        out[k] = pair_covariance(t, t, t, wide, sigma, common, lower, low_rate, rate) if t == t else np.nan
    return out
