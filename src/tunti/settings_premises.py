"""Settings of premises: how much room presence needs, and what shared premises must offer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Security = Literal["open", "controlled", "high"]
Share = Annotated[float, Field(ge=0, le=1)]
_NONE = "A default of this product; no public source states one."

_SECURITY: dict[str, Security] = {"POL": "high", "RISE": "high", "UO": "controlled", "MIGRI": "controlled"}


class PremisesSettings(BaseModel):
    """Room by presence, customer areas, and the rules of moving together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    presence: Share = Field(
        0.4,
        description="Mean share of staff present on a weekday where neither the office nor its agency gives one. "
        "Sources: 25 % measured in a traditional office, about 20 % at the peak in Joensuu (2023); a cautious default.",
    )
    presence_by_agency: dict[str, Share] = Field(
        default_factory=lambda: {"POL": 0.6, "RISE": 0.55, "MIGRI": 0.5, "KELA": 0.45, "KUNTA": 0.6},
        description=f"The same by agency: work with customers and authority's powers is done on the spot. {_NONE}",
    )
    presence_spread: float = Field(
        0.08,
        ge=0,
        le=0.3,
        description=f"Standard deviation of what is not known of the mean presence, for the regret of sizes. {_NONE}",
    )
    weekdays: tuple[float, float, float, float, float] = Field(
        (0.95, 1.25, 1.2, 1.05, 0.55),
        description=f"Presence from Monday to Friday against the mean of the week. {_NONE}",
    )
    together: float = Field(
        0.02,
        ge=0,
        lt=1,
        description="How much people come on the same days beyond the weekday (correlation of two persons' presence; "
        f"0 = each decides alone). {_NONE}",
    )
    quantile: float = Field(
        0.95,
        gt=0,
        lt=1,
        description=f"Share of the fullest weekday's mornings on which everyone present finds a place. {_NONE}",
    )
    m2_place: float = Field(
        14.0,
        gt=0,
        description="Floor area of a place, meeting and quiet rooms and corridors included. With a sharing ratio of "
        f"0.7 it gives about the 10 m² for a person-year of VM/2021/198. {_NONE}",
    )
    target_m2_person: float = Field(
        10.0, gt=0, description="Floor area for a person-year in new projects. Source: VM/2021/198, 16.12.2021."
    )
    special_m2_person: dict[str, float] = Field(
        default_factory=lambda: {"POL": 3.0, "RISE": 3.0, "UO": 1.0, "OPV": 1.5, "MML": 1.0},
        description=f"Special rooms (hearing, archive, equipment), m² for a person-year by agency. {_NONE}",
    )
    security_by_agency: dict[str, Security] = Field(
        default_factory=lambda: dict(_SECURITY),
        description=f"Security that an agency's work rooms need; open for the others. {_NONE}",
    )
    quiet_agencies: tuple[str, ...] = Field(
        ("OPV", "RISE", "UO"),
        description=f"Agencies that need soundproof rooms and an entrance of their own for privacy. {_NONE}",
    )
    commute_minutes: float = Field(
        40.0, ge=0, le=600, description=f"Longest drive between an office and the premises that it moves to. {_NONE}"
    )
    commute_eur_hour: float = Field(
        10.0, ge=0, description=f"Value of an hour that staff travel more, for those present. {_NONE}"
    )
    work_days_year: int = Field(220, ge=1, le=366, description="Working days of a person-year.")
    private_partners: bool = Field(True, description="Whether premises of private partners may be used.")
    fixed_eur_year: float = Field(
        20_000.0, ge=0, description=f"Reception, security and network of shared premises in a year. {_NONE}"
    )
    move_before: int = Field(
        2030, description="Year by whose end a lease must let go for its office to move. Source: target year 2030."
    )
    visit_minutes: float = Field(
        20.0, gt=0, description=f"Minutes of a visit where the table of services gives none. {_NONE}"
    )
    counter_load: float = Field(
        0.7, gt=0, le=1, description=f"Share of the opening hours in which a counter is in use. {_NONE}"
    )
    waiting_minutes: float = Field(15.0, ge=0, description=f"Mean time of a customer in the waiting area. {_NONE}")
    waiting_peak: float = Field(2.0, ge=1, description=f"Customers of the busiest hour against the mean. {_NONE}")
    counter_m2: float = Field(8.0, ge=0, description=f"Floor area of a counter. {_NONE}")
    seat_m2: float = Field(1.8, ge=0, description=f"Floor area of a waiting seat. {_NONE}")
    remote_room_m2: float = Field(7.0, ge=0, description=f"Floor area of a room for remote service. {_NONE}")
    lobby_m2: float = Field(15.0, ge=0, description=f"Entrance and self-service of a point. {_NONE}")
    missing_place_eur_day: float = Field(
        40.0, ge=0, description=f"Cost of a day on which somebody present has no place. {_NONE}"
    )
    flexible_years: int = Field(
        2, ge=0, le=30, description=f"Years after which a flexible lease can be resized. {_NONE}"
    )
    lease_years: int = Field(10, ge=1, le=60, description=f"Years of a lease that can't be resized. {_NONE}")
    flexible_premium: float = Field(
        0.1, ge=0, le=1, description=f"How much more a flexible square metre costs. {_NONE}"
    )
    co2_kg_m2: float = Field(12.0, ge=0, description=f"Emissions of a square metre of heated floor in a year. {_NONE}")
    kg_co2_kwh: float = Field(0.1, ge=0, description=f"Emissions of a kilowatt-hour of heat and electricity. {_NONE}")
    state_owners: tuple[str, ...] = Field(
        ("Senaatti-kiinteistöt", "Senaatti", "Valtio", "Staten"),
        description="Owners that are the state itself: rent paid to them stays within the state.",
    )
    gap: float = Field(0.001, ge=0, le=1, description="Gap at which the search for shared premises may stop.")
    nodes: int = Field(20_000, ge=1, description="Most nodes of the search in one cluster of towns.")
