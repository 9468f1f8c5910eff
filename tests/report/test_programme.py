"""The sections on the programme and its money: three languages, what the public sees, pictures that stay."""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

from tunti.programme.phase import programme
from tunti.report.document import Figure, Table
from tunti.report.sections.context import Context, context_for
from tunti.report.sections.money import money_section
from tunti.report.sections.programme import programme_section
from tunti.report.words import words_for


@pytest.fixture(scope="module")
def found():
    place = Path(__file__).parents[1] / "programme" / "upstream.py"
    spec = importlib.util.spec_from_file_location("programme_upstream", place)
    module = sys.modules.setdefault("programme_upstream", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    made = module.small(3)
    return programme(made.services, made.premises, made.today, made.inputs, made.settings)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("audience", ["project", "public"])
def test_both_sections_in_every_language(plan, found, language, audience):
    context = context_for(plan, words_for(language, plan.settings.project.names), audience=audience)
    for section in (programme_section(context, found), money_section(context, found)):
        tables = {b.name: b for b in section.blocks if isinstance(b, Table)}
        assert tables
        for figure in (b for b in section.blocks if isinstance(b, Figure)):
            assert figure.draw() == figure.draw()
            assert b"<svg" in figure.draw()
        if audience == "public":
            assert not {"payers", "saving-town", "saving-agency", "saving-branch"} & set(tables)
            # Points and the days to decide on them are for everybody; offices, their leases and costs are not.
            events = tables.get("events")
            assert events is None or not any(c.kind == "euro" for c in events.columns)
            points = {context.site(s) for s in found.events["site"].dropna()}
            assert events is None or {row[0] for row in events.rows} <= points


def test_sources_add_up_to_the_states_money(plan, found):
    context = context_for(plan, words_for("en", plan.settings.project.names), audience="project")
    table = next(b for b in money_section(context, found).blocks if getattr(b, "name", "") == "money-sources")
    value = found.indicators.set_index("measure")["value"]
    assert sum(r[2] for r in table.rows) == pytest.approx(table.total[2]) == pytest.approx(value["net_state_year"])
    assert sum(r[1] for r in table.rows) == pytest.approx(value["one_off_state"])


def test_services_are_named_and_not_coded():
    """A table of a document says a service's name in the reader's language; only one without a name keeps its code."""

    class Plan:
        service_names = pd.DataFrame(
            {"service": ["legal_aid"], "name_fi": ["Oikeusapu"], "name_sv": ["Rättshjälp"], "name_en": ["Legal aid"]}
        )

    for language, name in (("fi", "Oikeusapu"), ("sv", "Rättshjälp"), ("en", "Legal aid")):
        context = Context(Plan(), words_for(language))
        assert context.service("legal_aid") == name
        assert context.service("unknown") == "unknown"
