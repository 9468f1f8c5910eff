"""Prices and what is saved: billing units, travel, break-even demand."""

import numpy as np
import pytest

from tunti.money import annuity
from tunti.remote.languages import billed_minutes
from tunti.remote.value import break_even, interpreter_cents, prices, travel
from tunti.settings import Settings
from tunti.settings_remote import RemoteSettings


@pytest.mark.parametrize(("minutes", "billed"), [(1, 30), (30, 30), (30.1, 45), (45, 45), (46, 60), (100, 105)])
def test_remote_interpretation_is_billed_in_units(minutes, billed):
    assert billed_minutes(minutes, least=30.0, step=15.0) == billed


def test_on_site_costs_an_hour_and_the_way():
    settings = RemoteSettings()
    remote, there, way = interpreter_cents(np.array(10.0), np.array(20.0), settings)
    assert remote == pytest.approx(10 * 0.5 * 6300)
    km = settings.travel_kmh * settings.interpreter_travel_minutes / 60
    assert there == pytest.approx(10 * (7600 + 1550 + 100 * km * settings.travel_eur_km))
    assert way == 600


def test_saved_minutes_in_km_euros_and_carbon_dioxide():
    settings = RemoteSettings(travel_kmh=60.0, travel_eur_km=0.5, co2_kg_km=0.1)
    found = travel(np.array([120.0]), settings, eur_hour=10.0)
    assert (found.km[0], found.cents[0], found.co2_kg[0]) == (120.0, 100 * (20 + 60), 12.0)


def test_break_even_is_where_cost_and_gain_meet():
    found = break_even(np.array([1000.0, 1000.0, 10.0]), np.array([500.0, -5.0, 0.0]), np.array([50.0, 50.0, 0.0]))
    assert found[0] == 100.0  # ten cents a visit
    assert np.isnan(found[1:]).all()


def test_prices_are_those_of_the_other_layers():
    settings = Settings()
    found = prices(settings)
    assert found.clerk_hour == 100 * settings.services.staff_eur_year / settings.remote.person_year_hours
    rent = settings.money.new_rent_eur_m2_year[1]
    equipment = annuity(settings.remote.room_equipment_eur, settings.money.discount_rate, 5)
    assert found.room_year == pytest.approx(100 * (settings.premises.remote_room_m2 * rent + equipment))
    assert found.counter_year == 100 * settings.premises.counter_m2 * rent
