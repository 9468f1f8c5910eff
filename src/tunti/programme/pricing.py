"""The money that each step sets going, and whose it is: every lease euro once.

The rent of an office is shared between its customer part and its work part by floor area (services and premises give
the parts); each part's rent falls when the part has been left and the lease lets go. Where the state owns the
premises, rent only changes hands within the state: the state saves the owner's costs once the space is sold or let,
and gets its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tunti.inputs.tables import Inputs
from tunti.money import annuity
from tunti.programme.flows import Flow
from tunti.programme.quarters import quarters_of
from tunti.programme.upstream import Owners, PremisesTables, ServicesTables, by_key, rows
from tunti.settings import Settings

if TYPE_CHECKING:
    from tunti.programme.events import Step


POINTS = "points"
"""Who pays for points, their hosts and rooms: the state, together."""

NEVER = 1_000_000
"""A quarter that never comes."""


def money_of(
    steps: Sequence[Step],
    services: ServicesTables,
    premises: PremisesTables,
    inputs: Inputs,
    settings: Settings,
) -> Iterator[Flow]:
    """Give the flows of all steps.

    Parameters
    ----------
    steps : sequence of Step
    services, premises : tables of the network of services and of shared premises
    inputs : Inputs
    settings : Settings

    Yields
    ------
    Flow
    """
    own = settings.programme
    owners = Owners(inputs, settings)
    builder, builder_state = owners.owner(own.real_estate_company)
    office = by_key(inputs.offices, "office")
    points = by_key(services.points, "site")
    saved = by_key(services.offices, "office")
    space = by_key(premises.offices, "office")
    places = by_key(premises.workplaces, "premise")
    to = by_key(premises.moves[premises.moves["from_part"] == "work"], "office")
    duties = dict(list(services.duties.groupby("site")))
    number = {s.event: i for i, s in enumerate(steps)}
    for i, step in enumerate(steps):
        if step.fit_out_cents:
            yield Flow(
                i,
                "real_estate",
                builder,
                builder_state,
                step.fit_out,
                step.thing,
                -step.fit_out_cents,
                "before",
                step.lead,
            )
        if step.kind in ("open", "join"):
            cost = int(points[step.thing].cost_cents_year)
            if cost:
                yield Flow(i, "state", POINTS, True, "point", step.thing, -cost, "from")
            for row in rows(duties.get(step.thing, services.duties.iloc[:0])):
                if row.mode != "none" and row.cost_cents_year:
                    payer, state = owners.agency(str(row.agency))
                    cents = -int(row.cost_cents_year)
                    yield Flow(i, payer, str(row.agency), state, "presence", step.thing, cents, "from")
        if step.kind == "close_customer":
            of = office[step.thing]
            rent = _whole(saved[step.thing].saving_cents_year)
            yield from _left(i, step, of, rent, owners, settings, None)
            staff = saved[step.thing].presence_cents_year
            if staff:
                payer, state = owners.agency(step.agency)
                yield Flow(i, payer, step.agency, state, "staff", step.thing, int(staff), "from")
        if step.kind in ("move", "close_work"):
            of = office[step.thing]
            rent = _whole(space[step.thing].rent_saved_cents_year)
            yield from _left(i, step, of, rent, owners, settings, space[step.thing])
            if step.kind == "move":
                move = to[step.thing]
                premise = str(move.to_premise)
                built = steps[number[f"ready:{premise}"]].fit_out_cents
                yield from _arrives(i, step, float(move.m2), places[premise], built, owners, settings)


def _left(i: int, step: Step, office: Any, rent: int, owners: Owners, settings: Settings, space: Any) -> Iterator[Flow]:
    """Give the money of premises that are left."""
    own = settings.programme
    payer, state = owners.agency(str(office.agency))
    lease = step.lease
    release = 0 if lease is None else lease.release
    leaves = NEVER if step.latest is None else step.latest
    if rent:
        yield Flow(i, payer, str(office.agency), state, "rent", step.thing, rent, "from", 0, release, leaves)
    owner, owned_by_state = owners.owner(office.owner)
    if not owned_by_state:
        leaving = -round(settings.money.exit_eur_m2[1] * step.m2 * 100)
        if leaving:
            yield Flow(i, payer, str(office.agency), state, "exit", step.thing, leaving, "at", 0, release, leaves)
        return
    if rent:
        yield Flow(i, "real_estate", owner, True, "rent", step.thing, -rent, "from", 0, release, leaves)
    if space is None:
        return
    gone = quarters_of(own.sale_months)
    holding, sale = _whole(space.holding_cents_year), _whole(space.sale_value_cents)
    if holding:
        yield Flow(i, "real_estate", owner, True, "holding", step.thing, holding, "from", gone, release + gone, leaves)
    if sale:
        yield Flow(i, "real_estate", owner, True, "sale", step.thing, sale, "at", gone, release + gone, leaves)


def _arrives(
    i: int, step: Step, m2: float, premise: Any, investment: int, owners: Owners, settings: Settings
) -> Iterator[Flow]:
    """Give the money of an office that moves into shared premises."""
    own = settings.programme
    payer, state = owners.agency(step.agency)
    share = m2 / float(premise.m2_used) if premise.m2_used > 0 else 0.0
    owner, owned_by_state = owners.owner(premise.owner)
    builder, builder_state = owners.owner(own.real_estate_company)
    rent = round(float(premise.rent_cents_year) * share)
    if rent:
        yield Flow(i, payer, step.agency, state, "new_rent", step.thing, -rent, "from")
        if owned_by_state:
            yield Flow(i, "real_estate", owner, True, "new_rent", step.thing, rent, "from")
    # The builder recovers its investment through the rent: money that changes hands, and is no cost of its own.
    part = round(annuity(investment * share, settings.money.discount_rate, settings.money.recovery_years))
    if part:
        yield Flow(i, payer, step.agency, state, "recovery", step.thing, -part, "from")
        yield Flow(i, "real_estate", builder, builder_state, "recovery", step.thing, part, "from")
    if step.staff:
        cents = -round(own.move_eur_person * step.staff * 100)
        yield Flow(i, payer, step.agency, state, "move", step.thing, cents, "at")
    if step.latest is not None:
        cents = -round(own.temporary_eur_m2_year * step.m2 * 100)
        if cents:
            yield Flow(i, payer, step.agency, state, "temporary", step.thing, cents, "until", 0, step.latest)


def _whole(cents: Any) -> int:
    return 0 if pd.isna(cents) else int(cents)
