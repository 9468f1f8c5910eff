"""The roll-up and the comparison: sums that hold, conflicts that are there, documents in three languages."""

from dataclasses import replace

import pandas as pd
import pytest

from tunti.inputs.frames import empty
from tunti.inputs.schemas import LIMITS
from tunti.plan.compare import compared
from tunti.plan.national import national
from tunti.report.comparison import comparison_document
from tunti.report.national import national_document
from tunti.report.writers.html import write_html
from tunti.report.writers.pdf import write_pdf
from tunti.report.writers.word import write_word

from .invented_plan import STAMP


def moved(plan):
    """Give the plan with every drive ten minutes longer and one point fewer."""
    cells = plan.proposed.cells.assign(minutes=plan.proposed.cells["minutes"] + 10)
    return replace(plan, scenario="other", proposed=replace(plan.proposed, cells=cells), points=plan.points.iloc[1:])


def test_who_gains_and_who_loses_adds_up(plan):
    found = compared([plan, moved(plan)])
    changes = found.changes[found.changes["scenario"] == 1]
    whole, towns = changes[changes["municipality"].isna()], changes[changes["municipality"].notna()]
    for column in ("people", "longer", "shorter", "outside"):
        assert towns[column].sum() == whole[column].iloc[0]
    known = plan.proposed.cells
    assert whole["longer"].iloc[0] == known.loc[known["minutes"].notna(), "people"].sum()
    assert whole["shorter"].iloc[0] == 0
    figures = found.figures.set_index("measure")
    assert figures.loc["points", "0"] - figures.loc["points", "1"] == 1


def test_a_plan_compared_with_itself_changes_nothing(plan):
    found = compared([plan, plan])
    assert not found.changes[["shorter", "longer", "inside", "outside"]].to_numpy().any()


def test_a_point_that_the_other_plan_lacks_is_a_conflict(plan):
    found = national([plan], plan, empty(LIMITS))
    assert set(found.conflicts["kind"]) == {"missing_point"}
    other = replace(plan, region="other", points=pd.concat([plan.neighbours]), neighbours=plan.neighbours.iloc[:0])
    other = replace(other, region=str(plan.neighbours["region"].iloc[0]))
    found = national([plan, other], plan, empty(LIMITS))
    assert set(found.conflicts["kind"]) == {"counted_on"}
    assert found.regions["people"].sum() == plan.proposed.people + other.proposed.people


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_documents_can_be_written(plan, language):
    for document in (
        comparison_document(compared([plan, moved(plan)]), language=language),
        national_document(national([plan], plan, empty(LIMITS)), language=language),
    ):
        assert document.marks
        assert write_html(document)
        assert write_pdf(document, timestamp=STAMP)
        assert write_word(document, timestamp=STAMP)
