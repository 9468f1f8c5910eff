"""How visits are served: at the counter, in a remote room, from home or digitally; and in which language."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.demand import demand
from tunti.access.standard import nearest
from tunti.access.times import UNREACHABLE, TravelTimes
from tunti.inputs.columns import MODES
from tunti.remote.hours import ALL
from tunti.settings_remote import RemoteSettings

Floats = NDArray[np.float64]

IN_PERSON = ("staffed", "visiting")
"""Modes in which a clerk of the agency is at the point."""

CHANNELS = ("counter", "remote_room", "digital_support", "home_video", "phone", "digital")
"""All ways to be served, in the order of the tables."""

CLERK_CHANNELS = ("remote_room", "home_video", "phone")
"""Channels that remote clerks serve."""


@dataclass(frozen=True, eq=False)
class Channelled:
    """Visits of a year by channel, service and point, and what they save.

    Attributes
    ----------
    services, sites, regions : tuple of str
    mode : int64, shape (services, sites)
        Position in :data:`tunti.inputs.columns.MODES`.
    visits : dict of str to float64, shape (services, sites)
        By channel. Visits from home stand at the point that people would go to.
    by_region : float64, shape (regions, services, sites)
        Visits to the point (counter and remote room) by region of the customer's home, weighted with how many there
        speak another language than the region's people do on the mean.
    minutes_saved : float64, shape (services, sites)
        Minutes of driving saved in a year by the remote room: to the nearest point with staff and back, less to this
        point and back; where no point with staff is within the cut-off, the cut-off counts.
    home_minutes_saved : float64, shape (services, sites)
        The same of those served by video from home or by phone.
    unreached : float64, shape (services,)
        Visits of people whom no point that gives the service reaches.
    minutes : float64, shape (services,)
        Clerk's minutes a visit, without an interpreter.
    """

    services: tuple[str, ...]
    sites: tuple[str, ...]
    regions: tuple[str, ...]
    mode: NDArray[np.int64]
    visits: dict[str, Floats]
    by_region: Floats
    minutes_saved: Floats
    home_minutes_saved: Floats
    unreached: Floats
    minutes: Floats

    def frame(self) -> pd.DataFrame:
        """Give visits by channel as a table ``channel, service, site, visits``, without empty rows."""
        parts = []
        for channel in CHANNELS:
            s, j = np.nonzero(self.visits[channel] > 0)
            parts.append(
                pd.DataFrame(
                    {
                        "channel": channel,
                        "service": np.array(self.services, object)[s],
                        "site": np.array(self.sites, object)[j],
                        "visits": self.visits[channel][s, j],
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def modes_of(
    services: pd.DataFrame, sites: pd.DataFrame, settings: RemoteSettings, *, rooms: pd.DataFrame | None = None
) -> NDArray[np.int64]:
    """Say how each service is given at each site while no table says who serves where: by the site's tier.

    Parameters
    ----------
    services : DataFrame
        ``service, modes``.
    sites : DataFrame
        ``site, tier``; a site without a tier counts as a centre.
    settings : RemoteSettings
        ``tiers``: mode by tier.
    rooms : DataFrame, optional
        ``site, rooms``: a site with a room gives remotely what it does not give in person, and one that is set to none
        gives nothing remotely.

    Returns
    -------
    int64, shape (services, sites)
        Position in :data:`tunti.inputs.columns.MODES`.
    """
    tier = sites["tier"].fillna("centre").to_numpy(object)
    wanted = [settings.tiers.get(str(t), "staffed") for t in tier]
    given = {} if rooms is None else dict(zip(rooms["site"], rooms["rooms"].fillna(0), strict=True))
    mode = np.full((len(services), len(sites)), MODES.index("none"), np.int64)
    allowed = [set((m if isinstance(m, str) and m else "staffed").split()) for m in services["modes"].array]
    for j, (site, want) in enumerate(zip(sites["site"], wanted, strict=True)):
        count = given.get(site)
        for s, may in enumerate(allowed):
            order = (want, *(("remote", "assisted") if want != "none" else ()))
            if count is not None and count > 0 and want not in IN_PERSON:
                order = ("remote", *order)
            if count is not None and count == 0:
                order = tuple(m for m in order if m != "remote")
            mode[s, j] = MODES.index(next((m for m in order if m in may), "none"))
    return mode


def modes_from_duties(
    duties: pd.DataFrame, services: pd.DataFrame, sites: tuple[str, ...]
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Read who serves where from a table of duties.

    Parameters
    ----------
    duties : DataFrame
        ``site, agency, mode`` and, where given, ``service`` (empty for all services of the agency) and
        ``hours_per_week`` (or ``hours_week``) and ``days_week``. Rows of a service go before those of its agency; the
        first of equals counts. A service that the agency's mode may not deliver is not given there.
    services : DataFrame
        ``service, agency, modes``.
    sites : tuple of str

    Returns
    -------
    mode : int64, shape (services, sites)
        Position in :data:`tunti.inputs.columns.MODES`; none where no row says anything.
    hours, days : float64, shape (services, sites)
        In a week; NaN where not given.
    """
    mode = np.full((len(services), len(sites)), MODES.index("none"), np.int64)
    hours, days = np.full(mode.shape, np.nan), np.full(mode.shape, np.nan)
    at = {site: j for j, site in enumerate(sites)}
    agency = services["agency"].astype("string").to_numpy(object)
    name = services["service"].astype("string").to_numpy(object)
    of_service = duties["service"].fillna("") if "service" in duties else pd.Series("", index=duties.index)
    hours_name = next((c for c in ("hours_per_week", "hours_week") if c in duties), None)
    unknown = pd.Series(np.nan, index=duties.index)
    length = unknown if hours_name is None else duties[hours_name]
    often = duties.get("days_week", unknown)
    allowed = [set(m.split()) if isinstance(m, str) and m else set(MODES) for m in services["modes"].array]
    rows = list(zip(duties["site"], duties["agency"], of_service, duties["mode"], length, often, strict=True))
    # Agencies first, then single services over them; backwards, so that the first of equals stays.
    for of_one in (False, True):
        for site, who, service, how, hour, day in reversed(rows):
            if site not in at or bool(service) != of_one or how not in MODES:
                continue
            hit = np.flatnonzero(name == service if of_one else agency == who)
            if not of_one:
                hit = hit[[how in allowed[s] or how == "none" for s in hit]]
            mode[hit, at[site]] = MODES.index(str(how))
            hours[hit, at[site]] = np.nan if pd.isna(hour) else float(hour)
            days[hit, at[site]] = np.nan if pd.isna(day) else float(day)
    return mode, hours, days


def shares_of(services: pd.DataFrame, channels: pd.DataFrame, settings: RemoteSettings) -> dict[str, Floats]:
    """Give the share of visits that each channel takes, by service.

    Parameters
    ----------
    services : DataFrame
        ``service, modes``; a service that may not be remote keeps all its visits at the counter unless the table of
        channels says otherwise.
    channels : DataFrame
        ``service, channel, share``.
    settings : RemoteSettings

    Returns
    -------
    dict of str to float64, shape (services,)
        ``digital, digital_support, remote_room, home_video, phone``.
    """
    given = channels.dropna(subset=["share"]).to_dict("records")
    rows = {(str(r["service"]), str(r["channel"])): float(r["share"]) for r in given}
    taken: dict[str, Floats] = {}
    names = services["service"].astype(str).to_list()
    may = [set(str(m or "").split()) if isinstance(m, str) else set() for m in services["modes"].array]
    for channel in ("digital", "digital_support", "remote_room", "home_video", "phone"):
        needs = {"remote", "assisted"} if channel in ("digital", "digital_support") else {"remote"}
        if channel == "remote_room":
            needs = {"remote", "assisted"}
        usual = settings.channels.get(channel, 0.0)
        taken[channel] = np.array(
            [
                rows.get((n, channel), rows.get((ALL, channel), usual) if needs & m else 0.0)
                for n, m in zip(names, may, strict=True)
            ],
            np.float64,
        )
    return taken


def channelled(
    times: TravelTimes,
    cells: pd.DataFrame,
    services: pd.DataFrame,
    *,
    mode: NDArray[np.int64],
    open_sites: NDArray[np.bool_],
    shares: dict[str, Floats],
    settings: RemoteSettings,
    growth: float = 1.0,
    other_languages: Floats | None = None,
    visits_per_person_year: float = 1.0,
) -> Channelled:
    """Send every visit to a channel and a point.

    Parameters
    ----------
    times : TravelTimes
        From the cells to all sites.
    cells : DataFrame
        ``cell, people, region``.
    services : DataFrame
        ``service, visits_year, minutes_visit``; one row at least.
    mode : int64, shape (services, sites)
        How each service is given at each site.
    open_sites : bool, shape (sites,)
    shares : dict of str to float64
        From :func:`shares_of`.
    settings : RemoteSettings
    growth : float
        Factor of all visits.
    other_languages : float64, shape (cells,), optional
        Speakers of other languages against the mean of the region; 1 everywhere by default.
    visits_per_person_year : float
        Visits where services give none.

    Returns
    -------
    Channelled

    Notes
    -----
    People go to the nearest open point that gives the service in any mode. What a remote connection there can't settle
    goes on to the nearest point with staff. A remote visit that does not settle the matter leads to another
    (``repeat_share``).
    """
    known = services["visits_year"].notna()
    used = services[known] if known.any() else services
    counted = used if known.any() else None
    keep = known.to_numpy(bool) if known.any() else np.ones(len(services), bool)
    mode, taken = mode[keep], {k: v[keep] for k, v in shares.items()}
    modes = np.where(open_sites[None, :], mode, MODES.index("none"))
    person = np.isin(modes, [MODES.index(m) for m in IN_PERSON])
    given = modes != MODES.index("none")
    names = tuple(used["service"].astype(str))
    who = demand(
        times, cells, counted, open_sites=open_sites,
        sites_of_service=dict(zip(names, given, strict=True)) if counted is not None else None,
        visits_per_person_year=visits_per_person_year,
    )  # fmt: skip
    rate = who.rate if counted is not None else np.full(len(names), who.rate[0] / len(names))
    regions, region_of = np.unique(cells["region"].fillna("").astype(str).to_numpy(object), return_inverse=True)
    n_sites, n_services, n_regions = len(times.sites), len(names), len(regions)
    visits = {c: np.zeros((n_services, n_sites)) for c in CHANNELS}
    by_region = np.zeros((n_regions, n_services, n_sites))
    saved, home_saved = np.zeros((n_services, n_sites)), np.zeros((n_services, n_sites))
    unreached = np.zeros(n_services)
    more = np.ones(len(cells)) if other_languages is None else other_languages
    kept: dict[bytes, tuple[NDArray[np.int32], NDArray[np.uint16]]] = {}
    repeats = 1 / (1 - settings.repeat_share)
    cutoff = times.cutoff_minutes
    for s in range(n_services):
        key = person[s].tobytes()
        if key not in kept:
            kept[key] = nearest(times, cells, person[s])
        staffed, staffed_seconds = kept[key]
        site, seconds = (who.site[s], who.seconds[s]) if counted is not None else nearest(times, cells, given[s])
        all_visits = who.people * rate[s] * growth
        reached = site >= 0
        unreached[s] = all_visits[~reached].sum()
        to_staff = np.where(staffed_seconds == UNREACHABLE, cutoff, staffed_seconds / 60.0)
        there = np.where(reached, seconds / 60.0, 0.0)
        left = 1 - sum(taken[c][s] for c in ("digital", "digital_support", "home_video", "phone"))
        left = max(left, 0.0)
        remote = reached & (modes[s][site] == MODES.index("remote"))
        assisted = reached & (modes[s][site] == MODES.index("assisted"))
        here = reached & ~remote & ~assisted
        settled = taken["remote_room"][s]

        def at(weights: Floats, place: NDArray[np.int32]) -> Floats:
            ok = (place >= 0) & (weights > 0)
            return np.asarray(np.bincount(place[ok], weights=weights[ok], minlength=n_sites), np.float64)

        point = all_visits * left
        room = np.where(remote, point * settled * repeats, 0.0)
        rest = np.where(remote | assisted, point * (1 - settled), 0.0)
        unreached[s] += rest[staffed < 0].sum()
        visits["counter"][s] = at(np.where(here, point, 0.0), site) + at(rest, staffed)
        visits["remote_room"][s] = at(room, site)
        helped = all_visits * taken["digital_support"][s] + np.where(assisted, point * settled, 0.0)
        visits["digital_support"][s] = at(np.where(reached, helped, 0.0), site)
        for c in ("digital", "home_video", "phone"):
            again = repeats if c != "digital" else 1.0
            visits[c][s] = at(np.where(reached, all_visits * taken[c][s] * again, 0.0), site)
        # A repeat visit is driven too, so the saving is that of the first visit less the way of the repeats.
        first = np.where(remote, point * settled, 0.0)
        saved[s] = at(np.maximum(first * 2 * to_staff - room * 2 * there, 0.0), site)
        home = all_visits * (taken["home_video"][s] + taken["phone"][s])
        home_saved[s] = at(np.where(reached, home * 2 * np.where(here, there, to_staff), 0.0), site)
        spoken = np.where(here, point, 0.0) + room + all_visits * (taken["home_video"][s] + taken["phone"][s]) * repeats
        for place, amount in ((site, np.where(reached, spoken, 0.0)), (staffed, rest)):
            ok = (place >= 0) & (amount > 0)
            flat = np.bincount(
                region_of[ok] * n_sites + place[ok], weights=(amount * more)[ok], minlength=n_regions * n_sites
            )
            by_region[:, s, :] += flat.reshape(n_regions, n_sites)
    minutes = used["minutes_visit"].to_numpy(np.float64, na_value=np.nan)
    return Channelled(
        services=names,
        sites=times.sites,
        regions=tuple(str(r) for r in regions),
        mode=modes,
        visits=visits,
        by_region=by_region,
        minutes_saved=saved,
        home_minutes_saved=home_saved,
        unreached=unreached,
        minutes=np.where(minutes > 0, minutes, settings.visit_minutes),
    )
