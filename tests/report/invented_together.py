"""Two invented regions whose plans do not fit together in every way that there is, and a comparison."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd

from tunti.findings import say
from tunti.inputs.frames import empty
from tunti.inputs.schemas import LIMITS
from tunti.plan.compare import compared
from tunti.plan.national import national
from tunti.work.hearing import COLUMNS, Hearing

from .invented_plan import make_plan

OTHER = "91"
LONG = "Piste tarvitaan myös iltaisin. " * 30

STATEMENTS = pd.DataFrame(
    [
        ("Åminnen kunta", dt.date(2026, 3, 1), dt.date(2026, 2, 20), "changes", LONG, "Aukioloja pidennetään."),
        ("Kela", dt.date(2026, 3, 1), dt.date(2026, 2, 28), "for", "Kela puoltaa.", None),
        ("Äijälän kunta", dt.date(2026, 3, 1), None, None, None, None),
    ],
    columns=list(COLUMNS),
)


def moved(plan):
    """Give the plan with every drive ten minutes longer and one point fewer."""
    cells = plan.proposed.cells.assign(minutes=plan.proposed.cells["minutes"] + 10)
    return replace(plan, scenario="other", proposed=replace(plan.proposed, cells=cells), points=plan.points.iloc[1:])


def services(closing, staying=()):
    """Give what the roll-up asks of agencies and modes: which offices close, and who serves at a point."""
    rows = [(o, a, "closes", "S1", 12.0) for o, a in closing] + [(o, a, "stays", None, None) for o, a in staying]
    names = ["office", "agency", "customer_part", "replaced_by", "minutes_to_replacement"]
    duties = pd.DataFrame({"site": ["S1", "S1"], "agency": ["DVV", "Kela"], "mode": ["staffed", "remote"]})
    access = pd.DataFrame(
        [("90", "DVV", "DVV", 60.0, 0.9, 900, 500, 600), ("90", "Kela", "Kela", 60.0, None, 900, 900, 900),
         (OTHER, "DVV", "DVV", 60.0, 0.9, 100, 90, 10), (None, "DVV", "DVV", 60.0, None, 1000, 590, 610)],
        columns=["region", "service", "agency", "standard_minutes", "share_set", "people", "people_inside_today",
                 "people_inside_after"],
    )  # fmt: skip
    cells = pd.DataFrame({"cell": ["c000"], "place": ["office:O1"], "minutes_after": [3.0]})
    return SimpleNamespace(
        offices=pd.DataFrame(rows, columns=names),
        duties=duties,
        access=access,
        cells=cells,
        points=pd.DataFrame({"site": ["S1", "S2"]}),
    )


def programme(fit_outs, *, saving, closing=()):
    """Give what the roll-up asks of a programme: fit-outs as (start, end, euros), and its money in short."""
    events = [("fit_out", None, a, b, 1, round(eur * 100), None) for a, b, eur in fit_outs]
    events += [("close_customer", o, q, q, 0, 0, None) for o, q in closing]
    names = ["kind", "office", "start_quarter", "end_quarter", "crews", "cost_cents", "decide_by"]
    spent = sum(eur for _, _, eur in fit_outs)
    money = {
        "net_state_year": saving, "net_agencies_year": saving, "npv_state": saving * 9, "investment": spent,
        "one_off_state": -spent, "offices_moved": 1.0,
    }  # fmt: skip
    flows = [(True, 2027, "one_off", "2027Q1", -spent * 100.0), (True, 2028, "running", "2028Q1", saving * 100.0)]
    return SimpleNamespace(
        events=pd.DataFrame(events, columns=names),
        indicators=pd.DataFrame({"measure": list(money), "value": list(money.values())}),
        savings=pd.DataFrame({"level": ["agency"], "key": ["Kela"], "running_cents_year": [round(saving * 100)]}),
        cashflow=pd.DataFrame(flows, columns=["state", "year", "kind", "quarter", "cents"]),
    )


def make_regions():
    """Give a region and its neighbour; the neighbour closes the office that the region's people use."""
    plan = make_plan()
    cells = plan.today.cells.assign(nearest_site="office:X1")
    region = replace(
        plan,
        today=replace(plan.today, cells=cells),
        services=services([("O2", "Kela")], [("O1", "DVV")]),
        programme=programme(
            [("2027Q1", "2027Q2", 300_000.0), ("2027Q2", "2027Q2", 60_000.0)], saving=150_000.0,
            closing=[("O2", "2027Q3")],
        ),
        hearing=Hearing("one", "Ensimmäinen luonnos", "90", "heard", statements=STATEMENTS),
    )  # fmt: skip
    neighbour = replace(
        plan,
        region=OTHER,
        region_names={"fi": "Önnelä", "sv": "Önne", "en": None},
        points=plan.neighbours.iloc[:0],
        neighbours=plan.neighbours.iloc[:0],
        services=services([("X1", "DVV")]),
        programme=programme([("2027Q2", "2027Q3", 100_000.0)], saving=50_000.5),
        hearing=Hearing("two", "Päätös", OTHER, "decided", decided=dt.date(2026, 2, 2), record="LVV/12/2026"),
        lacking={"premises": say("no"), "remote": say("no")},
    )
    return region, neighbour


def make_national():
    """Give the roll-up of both, with limits that their fit-outs break."""
    region, neighbour = make_regions()
    own = region.settings.programme.model_copy(update={"crews_all_regions": 2, "budget_all_regions_eur_year": 400_000})
    settings = region.settings.model_copy(update={"programme": own})
    whole = replace(make_plan(), region=None, settings=settings)
    limits = pd.concat(
        [empty(LIMITS), pd.DataFrame([{"region": "*", "year": 2027, "crews": 1, "budget_eur": 350_000.0}])]
    )
    return national([replace(region, settings=settings), neighbour], whole, limits)


def make_comparison():
    """Give the comparison of the invented plan with one whose drives are longer."""
    plan = make_plan()
    return compared([plan, moved(plan)])
