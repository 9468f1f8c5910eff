"""How far each source of money may stray from the plan's figure."""

from __future__ import annotations

from tunti.settings import Settings

Range = tuple[float, float, float]


def ranges_of(settings: Settings) -> dict[str, Range]:
    """Give the low, likely and high multiplier of each source of money.

    Parameters
    ----------
    settings : Settings
        Unit costs (``money``) give the ranges of fit-outs, exits, new rents, holding and sale,
        ``programme.uncertainty`` those of the others.

    Returns
    -------
    dict of str to (float, float, float)
    """
    money = settings.money
    units = {
        "light": money.light_eur_m2,
        "deep": money.deep_eur_m2,
        "point_fit_out": money.light_eur_m2,
        "exit": money.exit_eur_m2,
        "new_rent": money.new_rent_eur_m2_year,
        "holding": money.holding_eur_m2_year,
        "sale": money.sale_eur_m2,
    }
    found: dict[str, Range] = {
        source: (low / likely, 1.0, high / likely) for source, (low, likely, high) in units.items() if likely > 0
    }
    return {**found, **settings.programme.uncertainty}
