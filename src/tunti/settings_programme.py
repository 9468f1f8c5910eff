"""Settings of the programme: its quarters, lead times, limits, targets and how far the search goes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Months = Annotated[float, Field(ge=0, le=120)]
Range = tuple[float, float, float]
Quarter = Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")]
_NONE = "A default of this product; no public source states one."


class ProgrammeSettings(BaseModel):
    """When the programme begins and ends, how long its steps take and what it is held against."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_quarter: Quarter = Field(
        "2027Q1",
        description="First quarter of the programme, when the plan is decided on; never before the quarter of "
        "project.as_of. Source: Ministry of Finance, the regions' plans are made by the end of 2026 (phase 2) and "
        "carried out from 2027 to 2030 (phase 3).",
    )
    horizon: Quarter = Field(
        "2030Q4", description="Last quarter of the programme. Source: Ministry of Finance FAQ 2026, target year 2030."
    )
    share_by: Quarter | None = Field(
        None, description="Quarter from which the set share must be reached; the horizon when none is set."
    )
    allow_drop: bool = Field(
        False,
        description="Whether a service's share may fall where the network of services itself ends lower; otherwise "
        "the closings that would make it fall are put off.",
    )
    point_months: Months = Field(6.0, description=f"Fit-out of a point. {_NONE}")
    light_months: Months = Field(6.0, description=f"Light conversion of premises. {_NONE}")
    deep_months: Months = Field(15.0, description=f"Deep renovation of premises. {_NONE}")
    ict_months: Months = Field(
        3.0, description=f"Connections and equipment before an agency begins at a point. {_NONE}"
    )
    cooperation_months: Months = Field(
        3.0, description=f"Co-operation procedure with the staff before an office closes or moves. {_NONE}"
    )
    finance_committee_eur: float = Field(
        10_000_000.0,
        ge=0,
        description=f"Investment above which the finance committee of Parliament is heard (Rovaniemi 5.12.2024 was). "
        f"The limit: {_NONE[0].lower()}{_NONE[1:]}",
    )
    finance_committee_months: Months = Field(6.0, description=f"Time until its approval. {_NONE}")
    notice_months: Months = Field(
        6.0, description=f"Notice of a lease that names no notice period, for decide-by dates. {_NONE}"
    )
    must_leave_months: Months = Field(24.0, description=f"Time in which premises with bad indoor air are left. {_NONE}")
    value_years: int = Field(
        10, ge=0, le=60, description=f"Years after the horizon that count in the present value. {_NONE}"
    )
    price_index: float = Field(0.02, ge=0, le=0.2, description=f"Yearly rise of prices. {_NONE}")
    point_m2: float = Field(
        150.0,
        ge=0,
        description="Floor area that is fitted out for a new point, at the cost of light conversion "
        f"(money.light_eur_m2). {_NONE}",
    )
    crews_per_region: int | None = Field(
        None, ge=0, description="Fit-outs at the same time in a region where the table of limits says nothing."
    )
    budget_eur_year: float | None = Field(
        None, ge=0, description="Fit-outs a year in a region where the table of limits says nothing."
    )
    crews_all_regions: int | None = Field(
        None, ge=0, description="Fit-outs at the same time in all regions together, which the roll-up is held against."
    )
    budget_all_regions_eur_year: float | None = Field(
        None, ge=0, description="Fit-outs a year in all regions together, which the roll-up is held against."
    )
    move_eur_person: float = Field(400.0, ge=0, description=f"One-off cost of a person's move. {_NONE}")
    temporary_eur_m2_year: float = Field(
        260.0, ge=0, description=f"Rent of temporary premises, equipment included. {_NONE}"
    )
    sale_months: Months = Field(
        18.0, description=f"Time from emptying the state's own premises until they are sold or let. {_NONE}"
    )
    target_eur_year: float = Field(
        50_000_000.0,
        ge=0,
        description="Yearly saving that the programme is held against. Source: the reform's stated goal, 50 million "
        "euros a year; its break-down is not published.",
    )
    target_staff_share: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Share of the state's staff in shared workplaces. Source: government resolution VM/2021/198.",
    )
    kilometres_an_hour: float = Field(
        70.0, gt=0, description=f"Speed that turns driven minutes into kilometres for emissions. {_NONE}"
    )
    co2_kg_km: float = Field(0.15, ge=0, description=f"Emissions of a car for a kilometre. {_NONE}")
    real_estate_company: str = Field(
        "Senaatti-kiinteistöt",
        description="Who fits out premises and lets them to the agencies: the state's real-estate company.",
    )
    municipal: tuple[str, ...] = Field(
        ("kunta", "kommun", "municipality"), description="Branches of agencies whose payer is a municipality."
    )
    not_state: tuple[str, ...] = Field(
        ("kunta", "kommun", "municipality", "hyvinvointialue", "välfärdsområde", "wellbeing services county"),
        description="Branches whose money is not the state's.",
    )
    uncertainty: dict[str, Range] = Field(
        default_factory=lambda: {
            "rent": (0.9, 1.0, 1.1),
            "point": (0.9, 1.0, 1.2),
            "presence": (0.8, 1.0, 1.1),
            "staff": (0.7, 1.0, 1.1),
            "move": (0.7, 1.0, 1.5),
            "temporary": (0.8, 1.0, 1.5),
        },
        description="Low, likely and high end of sources of money against the plan's figure, where the unit costs "
        f"(section money) give no range. {_NONE}",
    )
    draws: int = Field(2000, ge=10, le=100_000, description=f"Draws of the uncertainty of costs. {_NONE}")
    seed: int = Field(1, ge=0, description="Seed of the draws.")
    gap: float = Field(0.005, ge=0, le=1, description="Gap at which the search may stop; 0 asks for a proof.")
    nodes: int = Field(20_000, ge=1, description="Most nodes of the search.")
    project_spread: float = Field(
        0.35,
        gt=0,
        le=3,
        description="Spread of one project's cost around its estimate (standard deviation of its logarithm): how much "
        f"a single outcome tells. {_NONE}",
    )
    learn: bool = Field(
        True, description="Whether costs that came true (the table of actuals) change the estimates of the next plans."
    )
