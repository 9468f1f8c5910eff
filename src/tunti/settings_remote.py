"""Settings of remote service and interpretation: service level, channels, time, languages, prices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_NONE = "A default of this product; no public source states one."

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Minutes = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Scope = Literal["country", "region", "point"]
Mode = Literal["staffed", "visiting", "remote", "assisted", "none"]


class RemoteSettings(BaseModel):
    """What remote service promises, who uses it, when people come and what it costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answered_share: float = Field(
        0.8, gt=0, le=1, description=f"Share of customers who are served within within_minutes; below 1. {_NONE}"
    )
    within_minutes: float = Field(
        5.0,
        ge=0,
        le=600,
        description="Time of answered_share. Source: Kela in Itäkeskus, wait of at most 5 to 10 minutes (hel.fi).",
    )
    mean_wait_minutes: float | None = Field(None, gt=0, description="Longest mean wait; none unless you set one.")
    wait_95_minutes: float | None = Field(
        None, gt=0, description="Longest wait of 95 % of customers; none unless you set one."
    )
    occupancy: float = Field(
        0.9, gt=0, le=1, description=f"Largest mean share of clerks, interpreters and rooms in use. {_NONE}"
    )
    growth_share_year: float = Field(
        0.0, ge=-0.5, le=0.5, description="Change of visits a year until the target year; none by default."
    )
    repeat_share: float = Field(
        0.1,
        ge=0,
        lt=1,
        description=f"Share of remote visits that do not settle the matter and lead to another. {_NONE}",
    )
    booked_share: Share = Field(0.4, description=f"Share of remote visits that are booked beforehand. {_NONE}")
    visit_minutes: Minutes = Field(20.0, description=f"Clerk's minutes a visit where a service gives none. {_NONE}")
    tiers: dict[str, Mode] = Field(
        default_factory=lambda: dict[str, Mode](centre="staffed", small="remote", mobile="visiting"),
        description="How agencies serve at a point of a tier while no table says who serves where; a mode that a "
        "service does not allow is replaced by remote, then assisted, then none. Source of the tiers: Kuntalehti "
        "2/2023 (centres with staff, small points led by remote service).",
    )
    channels: dict[str, Share] = Field(
        default_factory=lambda: {
            "digital": 0.05,
            "digital_support": 0.05,
            "remote_room": 0.8,
            "home_video": 0.05,
            "phone": 0.05,
        },
        description="Shares of the visits of a service that may be remote, where the table channels says nothing: to "
        f"each channel, and for remote_room those at a point that a remote connection can settle. {_NONE}",
    )
    opens: str = Field("9:00", description="Opening where no table says it. Source: Kela in Itäkeskus, Mon-Fri 9-15.")
    closes: str = Field("15:00", description="Closing, likewise.")
    hour_weights: dict[str, Amount] = Field(
        default_factory=lambda: {
            "8": 0.7, "9": 1.0, "10": 1.2, "11": 1.1, "12": 1.0, "13": 1.1, "14": 1.0, "15": 0.8, "16": 0.8, "17": 0.7,
        },
        description=f"Visits by hour where no table counts them; other hours take the lowest. {_NONE}",
    )  # fmt: skip
    weekday_weights: tuple[Amount, Amount, Amount, Amount, Amount, Amount, Amount] = Field(
        (1.2, 1.0, 1.0, 1.0, 0.8, 0.5, 0.5), description=f"Visits by weekday, Monday first. {_NONE}"
    )
    month_weights: tuple[
        Amount, Amount, Amount, Amount, Amount, Amount, Amount, Amount, Amount, Amount, Amount, Amount
    ] = Field(
        (1.1, 1.0, 1.05, 1.05, 1.1, 1.0, 0.7, 1.0, 1.05, 1.05, 1.0, 0.8),
        description=f"Visits a day by month, January first. {_NONE}",
    )
    pool_scope: Scope = Field(
        "country",
        description="How far an agency's remote clerks are shared. Source: Ministry of Finance, 'nationwide'.",
    )
    pool_scopes: dict[str, Scope] = Field(default_factory=dict, description="The same for single agencies.")
    skills: dict[str, str] = Field(
        default_factory=dict,
        description="Services that only some clerks give: skills.<service> = name; services of one name share clerks.",
    )
    languages: dict[str, Share] = Field(
        default_factory=lambda: {
            "ru": 0.0182, "et": 0.0088, "ar": 0.0077, "uk": 0.0050, "so": 0.0045, "fa": 0.0040, "ku": 0.0033,
            "zh": 0.0032, "sq": 0.0031, "vi": 0.0028, "tr": 0.0022, "th": 0.0020,
        },
        description="Share of people by language where the table languages is empty. Russian, Estonian and Arabic: "
        "Statistics Finland, end of 2024, as told by the press in April 2025; the others are rounded by this product.",
    )  # fmt: skip
    needs_interpreter_share: Share = Field(
        0.25, description=f"Share of the visits of these people that need an interpreter. {_NONE}"
    )
    interpreter_booked_share: Share = Field(
        0.6,
        description="Share of interpretations that are booked. Kela's remote points book all (hel.fi); the share is a "
        "default of this product.",
    )
    interpreted_factor: float = Field(
        1.5, ge=1, le=5, description=f"Length of an interpreted visit against another. {_NONE}"
    )
    interpreter_remote_eur_hour: Amount = Field(
        63.0, description="Remote interpreter. Source: price list of Tampere, order of magnitude, tax left out."
    )
    interpreter_remote_least_minutes: Minutes = Field(
        30.0, description="Shortest billed time, remote. Source: public price lists (tampere.fi, via-ok.net)."
    )
    interpreter_step_minutes: Minutes = Field(
        15.0, description="Step of billing beyond it. Source: public price lists, 15 to 30 minutes."
    )
    interpreter_site_eur_hour: Amount = Field(76.0, description="Interpreter on site. Source: price list of 2019.")
    interpreter_site_least_minutes: Minutes = Field(
        60.0, description="Shortest billed time on site. Source: public price lists."
    )
    interpreter_travel_eur_hour: Amount = Field(
        15.5, description="Interpreter's hour of travel. Source: public price lists, 15 to 16 euros."
    )
    interpreter_travel_minutes: Amount = Field(
        60.0, description=f"Interpreter's travel there and back for an interpretation on site. {_NONE}"
    )
    person_year_hours: Minutes = Field(1600.0, description=f"Hours at work in a person-year. {_NONE}")
    shift_hours: tuple[Minutes, ...] = Field(
        (4.0, 6.0, 7.5), description=f"Lengths of shifts; a shorter opening is a shift of its length. {_NONE}"
    )
    break_over_hours: Amount = Field(
        6.0,
        description="A shift longer than this holds a break of half an hour. Source: Working Hours Act 872/2019, "
        "section 24.",
    )
    turnover_minutes: Amount = Field(5.0, description=f"Minutes between two customers of a remote room. {_NONE}")
    host_minutes: Amount = Field(
        5.0, description=f"Host's minutes for a remote visit. That hosts connect: Kela (hel.fi); the time: {_NONE}"
    )
    room_equipment_eur: Amount = Field(
        6000.0, description=f"Screen, scanner, document camera, printer (pilot report 10/2013); the price: {_NONE}"
    )
    room_equipment_years: Minutes = Field(5.0, description=f"Years that the equipment lasts. {_NONE}")
    travel_kmh: Minutes = Field(70.0, description=f"Kilometres of an hour of saved driving. {_NONE}")
    travel_eur_km: Amount = Field(0.3, description=f"Cost of a kilometre driven. {_NONE}")
    co2_kg_km: Amount = Field(0.15, description=f"Carbon dioxide of a kilometre driven. {_NONE}")
    small_visits_week: Amount = Field(
        100.0, description="Visits a week below which demand is low. Source: Kela's board, 12/2017."
    )
    remote_led_share: Share = Field(
        0.5, description=f"Least share of visits settled without staff at a remote-led point. {_NONE}"
    )
    no_show_share: Share = Field(0.06, description=f"Booked customers who do not come; simulation only. {_NONE}")
    overrun_share: Share = Field(0.1, description=f"Visits that overrun; simulation only. {_NONE}")
    overrun_factor: float = Field(1.5, ge=1, le=10, description=f"Length of a visit that overruns. {_NONE}")
    sick_share: Share = Field(0.04, description=f"Clerks who are away sick on a day; simulation only. {_NONE}")
    patience_minutes: float | None = Field(
        None, gt=0, description="Mean wait after which a customer without a booking gives up; nobody does by default."
    )
    replications: int = Field(10, ge=2, le=1000, description="Weeks that are simulated for the confidence interval.")
    seed: int = Field(1, ge=0, description="Seed of the simulation.")
