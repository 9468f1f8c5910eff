"""Modes that can be left out of the question without changing its answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tunti.location.services import ASSISTED, MODES, REMOTE, STAFFED, STRENGTH, ServiceProblem


def useful_modes(p: ServiceProblem, must: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Leave out each mode that another one of the same agency at the same site replaces at no higher cost.

    The other mode serves the same groups of services or more, speaks the same languages or more, closes no office
    that the first would not, and costs no more even if it alone needs the remote room or a host, and the first one
    saves a host. Swapping them in any plan keeps every rule, so the least cost stays the same.

    Parameters
    ----------
    p : ServiceProblem
    must : bool, shape (agencies, sites)
        Where an agency must serve.

    Returns
    -------
    bool, shape (agencies, sites, modes)
        Part of ``p.allowed``.
    """
    allowed = p.allowed.copy()
    serves = [
        [frozenset(g for g, x in enumerate(p.groups) if x.agency == a and m in x.modes) for m in range(len(MODES))]
        for a in range(len(p.agencies))
    ]
    speaking = {p.groups[row.group].agency for row in p.languages}
    for _ in range(2):
        # Where an agency must serve and only a connection is left to it, the room is there for the others too.
        only_remote = must & allowed[:, :, REMOTE] & (allowed.sum(axis=2) == 1)
        room = np.where(only_remote.any(axis=0), 0, p.room_cost)
        for a in range(len(p.agencies)):
            for first in range(len(MODES)):
                for other in range(len(MODES)):
                    if first == other or not serves[a][first] <= serves[a][other]:
                        continue
                    if STRENGTH[other] > STRENGTH[first] or (first == REMOTE and a in speaking):
                        continue
                    least = p.cost[a, :, first] - (p.host_cost if first == STAFFED else 0)
                    most = p.cost[a, :, other] + (p.host_cost if other == ASSISTED else 0)
                    most = most + (room if other == REMOTE else 0)
                    # Where a point takes only so many visits, serving more groups is no gain.
                    full = np.isfinite(p.capacity) & (serves[a][first] != serves[a][other])
                    # On a tie the later mode goes, so that two modes never remove each other.
                    worse = (least > most) | ((least == most) & (first > other))
                    allowed[a, :, first] &= ~(worse & ~full & allowed[a, :, other] & ~p.fixed[a, :, first])
    return allowed
