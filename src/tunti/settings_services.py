"""Settings of services: which agency serves at which point and in which mode, and what that costs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["staffed", "visiting", "remote", "assisted"]
Tier = Literal["centre", "small", "mobile"]

_MODES: dict[Tier, tuple[Mode, ...]] = {
    "centre": ("staffed", "visiting", "remote", "assisted"),
    "small": ("staffed", "visiting", "remote", "assisted"),
    "mobile": ("visiting", "remote", "assisted"),
}
_HOURS: dict[Tier, float] = {"centre": 36.25, "small": 25.0, "mobile": 6.0}
_POINT: dict[Tier, float] = {"centre": 180_000.0, "small": 45_000.0, "mobile": 8_000.0}


class ServiceSettings(BaseModel):
    """Agencies and modes at the points: standards, duties, tiers, capacity and unit costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Share of people within a service's standard that each region must reach, where the table of "
        "services gives none. No source states one, so none is set: no region's share then falls below today's.",
    )
    share_drop: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How much a region's share may fall below today's where no share is set: 0.01 is one percentage "
        "point. 0 = no worse than today. A default of this product.",
    )
    closes_within_minutes: float = Field(
        20.0,
        ge=0,
        le=600,
        description="The customer part of an office closes when its agency serves at a point within these minutes. "
        "A default of this product; no public source states one.",
    )
    duty_visits_year: float = Field(
        10_000.0,
        ge=0,
        description="Visits a year from which an agency must take part where the table of agencies does not say. The "
        "bill HE 122/2025 asks for significant or continuous visits without a number; a default of this product.",
    )
    tier: Tier = Field("small", description="Tier of a site whose tier is not given. A default of this product.")
    modes_by_tier: dict[Tier, tuple[Mode, ...]] = Field(
        default_factory=lambda: dict(_MODES),
        description="Modes that a point of each tier may have. A default of this product; a mobile point has no "
        "agency's staff of its own.",
    )
    hours_week_by_tier: dict[Tier, float] = Field(
        default_factory=lambda: dict(_HOURS),
        description="Opening hours of a point in a week. Centre: 7.25 hours on five days; defaults of this product, "
        "no public source states a minimum.",
    )
    point_eur_year_by_tier: dict[Tier, float] = Field(
        default_factory=lambda: dict(_POINT),
        description="Premises and running of an open point in a year where the site gives no cost, staff left out. "
        "Defaults of this product; no public source states one.",
    )
    vehicle_eur_year: float = Field(
        90_000.0,
        ge=0,
        description="A vehicle with its driver that goes round a region's mobile points, a day at each in a week. "
        "A default of this product; no public source states one.",
    )
    vehicle_days_week: int = Field(5, ge=1, le=7, description="Visiting days of a vehicle in a week.")
    minimum_staff: int = Field(
        2,
        ge=0,
        description="Least number of people at work in a point while it is open; hosts fill what agencies leave. "
        "A default of this product.",
    )
    staff_eur_year: float = Field(
        58_000.0, ge=0, description="A clerk's person-year with its side costs. A default of this product."
    )
    host_eur_year: float = Field(
        46_000.0, ge=0, description="A host's person-year with its side costs. A default of this product."
    )
    staffed_eur_year: float = Field(
        9_000.0, ge=0, description="A staffed counter's room and equipment in a year. A default of this product."
    )
    visiting_days_week: float = Field(1.0, gt=0, le=5, description="Days in a week of a visiting agency.")
    visiting_eur_day: float = Field(
        120.0, ge=0, description="Travel of a visiting clerk, for each visiting day. A default of this product."
    )
    remote_eur_year: float = Field(
        1_500.0, ge=0, description="An agency's remote connection at a point in a year. A default of this product."
    )
    remote_room_eur_year: float = Field(
        7_000.0,
        ge=0,
        description="A point's first room for remote service, shared by the agencies. A default of this product.",
    )
    assisted_eur_year: float = Field(
        2_500.0,
        ge=0,
        description="Training and agreement of a service that the host assists in. A default of this product.",
    )
    clerk_minutes_year: float = Field(
        70_000.0,
        gt=0,
        description="Minutes with customers in a clerk's person-year: about 1,650 hours of which seven tenths with "
        "customers. A default of this product.",
    )
    travel_edges_minutes: tuple[float, ...] = Field(
        (20.0, 60.0),
        description="Customers' travel is weighed in classes that end at these minutes; reports give the minutes "
        "themselves. A default of this product.",
    )
    travel_beyond_minutes: float = Field(
        90.0, gt=0, description="Minutes that a trip beyond the last class counts as. A default of this product."
    )
    demand_known_week: float = Field(
        100.0,
        ge=0,
        description="Customers a week below which a point is flagged. Source: Kela's board, 12/2017: low demand.",
    )
    demand_at_least_week: float | None = Field(
        None,
        ge=0,
        description="Visits a week within the standard of a site that a new point must have; a rule that the user "
        "sets. A source states the flag only.",
    )
    referral_known_minutes: float = Field(
        120.0,
        gt=0,
        description="Minutes to the specialist office from which a referral is flagged. A default of this product.",
    )
    gap: float = Field(0.01, ge=0, le=1, description="Gap at which the search for agencies and modes may stop.")
    nodes: int = Field(2_000, ge=1, description="Most nodes of that search.")
