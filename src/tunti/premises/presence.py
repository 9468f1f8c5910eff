"""How many are present: the distribution of presence over weekdays, which room is sized by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaln, gammaln
from scipy.stats import binom, norm

from tunti.settings_premises import PremisesSettings

Floats = NDArray[np.float64]

EXACT_UP_TO = 400
"""People up to whom the distribution is exact; above, a normal one with the same mean and variance stands in."""


@dataclass(frozen=True)
class Present:
    """People present on a weekday.

    Attributes
    ----------
    people : int
        Staff, whole.
    share : float
        Expected share present on the day.
    together : float
        Correlation of two persons' presence.
    """

    people: int
    share: float
    together: float

    def quantile(self, q: float) -> int:
        """Give the places that are enough with the chance ``q``."""
        if self.people == 0 or self.share <= 0:
            return 0
        if self.share >= 1:
            return self.people
        if self.people > EXACT_UP_TO:
            return min(self.people, math.ceil(self._mean + float(norm.ppf(q)) * self._deviation))
        return int(np.searchsorted(np.cumsum(self._chances()), q - 1e-9))

    def beyond(self, places: Floats) -> Floats:
        """Give the expected number of people without a place, for each number of places."""
        if self.people == 0:
            return np.zeros(len(places))
        if self.people > EXACT_UP_TO or self.share <= 0 or self.share >= 1:
            if self._deviation == 0:
                return np.maximum(self._mean - places, 0.0)
            z = (places - self._mean) / self._deviation
            return np.asarray(self._deviation * (norm.pdf(z) - z * norm.sf(z)))
        # E max(X - c, 0) is the sum of P(X > k) over k >= c: one pass for all numbers of places.
        above = 1.0 - np.cumsum(self._chances())
        left = np.append(np.cumsum(above[::-1])[::-1], 0.0)
        return np.asarray(left[np.minimum(np.asarray(places, np.int64), self.people)])

    @property
    def _mean(self) -> float:
        return self.people * self.share

    @property
    def _deviation(self) -> float:
        # Variance of a sum of equally correlated choices: n p (1 - p) (1 + (n - 1) rho).
        spread = self.people * self.share * (1 - self.share)
        return math.sqrt(spread * (1 + (self.people - 1) * self.together))

    def _chances(self) -> Floats:
        """Give the chance of each number of people, from nobody to all."""
        n, p = self.people, self.share
        count = np.arange(n + 1)
        if self.together == 0:
            return np.asarray(binom.pmf(count, n, p))
        # Beta-binomial: everybody's chance on the day is drawn first, which makes people come together.
        strength = 1 / self.together - 1
        a, b = p * strength, (1 - p) * strength
        log_choose = gammaln(n + 1) - gammaln(count + 1) - gammaln(n - count + 1)
        return np.asarray(np.exp(log_choose + betaln(count + a, n - count + b) - betaln(a, b)))


def presence_of(offices: pd.DataFrame, settings: PremisesSettings) -> pd.DataFrame:
    """Give each office's mean presence and where the figure comes from.

    Parameters
    ----------
    offices : DataFrame
        ``agency, presence``.
    settings : PremisesSettings

    Returns
    -------
    DataFrame
        ``presence`` and ``presence_from``: ``measured`` (the office's own), ``agency`` or ``default`` (settings).
    """
    own = offices["presence"].to_numpy(np.float64, na_value=np.nan)
    agency = np.array([settings.presence_by_agency.get(str(a), np.nan) for a in offices["agency"]], np.float64)
    value = np.where(np.isnan(own), np.where(np.isnan(agency), settings.presence, agency), own)
    origin = np.where(~np.isnan(own), "measured", np.where(~np.isnan(agency), "agency", "default"))
    return pd.DataFrame(
        {"presence": value, "presence_from": pd.Series(origin, dtype="string").to_numpy()}, index=offices.index
    )


def weekdays(staff: float, presence: float, settings: PremisesSettings) -> tuple[Present, ...]:
    """Give the people present from Monday to Friday.

    Parameters
    ----------
    staff : float
        Person-years; whole persons are counted.
    presence : float
        Mean share present.
    settings : PremisesSettings

    Returns
    -------
    tuple of Present
    """
    people = math.ceil(staff - 1e-9)
    return tuple(
        Present(people, min(1.0, presence * weight), settings.together) for weight in _weights(settings.weekdays)
    )


def _weights(given: tuple[float, ...]) -> tuple[float, ...]:
    """Scale the weekdays' weights to a mean of one."""
    mean = sum(given) / len(given)
    return tuple(w / mean for w in given) if mean > 0 else tuple(1.0 for _ in given)


def places_needed(staff: float, presence: float, settings: PremisesSettings) -> int:
    """Give the places that are enough on the fullest weekday with the settings' chance.

    Parameters
    ----------
    staff : float
    presence : float
    settings : PremisesSettings

    Returns
    -------
    int
        At least one where anybody works; never more than the staff.
    """
    fullest = max(weekdays(staff, presence, settings), key=lambda day: day.share)
    most = fullest.quantile(settings.quantile)
    return max(most, 1) if staff > 0 else 0
