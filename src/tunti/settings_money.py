"""Settings of money: unit costs in ranges, the price index and the discount rate."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_NONE = "A default of this product; no public source states one."


def _rising(value: tuple[float, float, float]) -> tuple[float, float, float]:
    if not 0 <= value[0] <= value[1] <= value[2]:
        raise ValueError("a range is written low, likely, high")
    return value


Range = Annotated[tuple[float, float, float], AfterValidator(_rising)]
"""Low, likely and high value."""


class MoneySettings(BaseModel):
    """What a square metre costs to alter, to rent, to hold and to leave: low, likely and high."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    light_eur_m2: Range = Field(
        (350.0, 600.0, 1_000.0),
        description="Light conversion of office space, euros for an altered square metre. Source: the low end of the "
        "published range of 0.5 to 2.8 thousand euros (projects of 2023-2025), which is Turku's; no other light "
        "conversion is published with its area, so likely is put above it and low and high are judged.",
    )
    deep_eur_m2: Range = Field(
        (1_200.0, 1_800.0, 2_800.0),
        description="Deep renovation. Source: Lahti, about 12.5 M€ with furniture and technology for a good half of "
        "15,000 m² (2023), and Joensuu, 22 M€ for about 600 places (2023).",
    )
    exit_eur_m2: Range = Field(
        (0.0, 30.0, 100.0), description=f"Leaving leased space: restoring, cleaning, moving furniture out. {_NONE}"
    )
    saving_eur_m2_year: Range = Field(
        (75.0, 185.0, 295.0),
        description="Yearly saving of a square metre that is given up where the office's own rent is not known. "
        "Source: published projects, 75 to 295 euros; Estonia's state real estate company, 135 euros.",
    )
    new_rent_eur_m2_year: Range = Field(
        (150.0, 216.0, 300.0), description=f"Rent of shared premises whose own rent is not known. {_NONE}"
    )
    holding_eur_m2_year: Range = Field(
        (40.0, 60.0, 90.0),
        description=f"Upkeep, heating and insurance of empty space that stays with its owner. {_NONE}",
    )
    sale_eur_m2: Range = Field(
        (0.0, 250.0, 900.0), description=f"Value of an owner's space once it is sold or let to others. {_NONE}"
    )
    discount_rate: float = Field(
        0.03, ge=0, le=0.2, description=f"Yearly rate that later money is discounted by. {_NONE}"
    )
    recovery_years: int = Field(
        15, ge=1, le=60, description=f"Term over which an owner recovers an investment through the rent. {_NONE}"
    )
    draws: int = Field(4_000, ge=100, le=100_000, description=f"Draws of the ranges. {_NONE}")
    seed: int = Field(1, ge=0, description="Seed of the draws.")
