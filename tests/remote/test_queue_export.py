"""Exports of queue systems: visits by hour come in, persons never do."""

import pytest
from tests.story.commands import tunti

from tunti.errors import InputError
from tunti.findings import Level
from tunti.inputs.readers.queue_export import read_queue_export

HEAD = "Vuoronumero otettu;Kutsuttu;Päättyi;Palvelu;Tiski\n"


def write(folder, text):
    path = folder / "jonot.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_tickets_become_visits_by_hour(tmp_path):
    rows = "4.5.2026 9.05;4.5.2026 9.10;4.5.2026 9.25;passi;3\n4.5.2026 9.40;4.5.2026 9.50;4.5.2026 9.55;passi;1\n"
    rows += "2026-05-05 14:15:00;;;vero;2\n"
    made = read_queue_export(write(tmp_path, HEAD + rows))
    assert made.tickets == 3
    found = {tuple(r) for r in made.visit_hours.itertuples(index=False)}
    assert found == {("passi", 1, "9:00", 1), ("passi", 1, "9:30", 1), ("vero", 2, "14:00", 1)}
    passport = made.services.set_index("service").loc["passi"]
    assert passport["minutes_visit"] == pytest.approx(10)
    assert passport["mean_wait"] == pytest.approx(7.5)
    assert made.visit_months.empty  # a part of a year says nothing of the season


def test_tickets_that_cannot_be_are_told_and_left_out(tmp_path):
    rows = "4.5.2026 9.05;4.5.2026 9.00;;passi;3\nennen;;;passi;1\n4.5.2026 9.40;;;passi;1\n"
    made = read_queue_export(write(tmp_path, HEAD + rows))
    assert made.tickets == 1
    assert {(f.row, f.column) for f in made.findings if f.level is Level.WARNING} == {(2, "called"), (3, "arrived")}


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("Henkilötunnus", "x"),
        ("Asiakkaan nimi", "x"),
        ("Sukunimi", "x"),
        ("Personbeteckning", "x"),
        ("First name", "x"),
        ("Lisätieto", "131052-308T"),
        ("Syntymäaika", "1.1.1970"),
    ],
)
def test_data_about_persons_are_refused(tmp_path, head, value):
    path = write(tmp_path, f"Vuoronumero otettu;Palvelu;{head}\n4.5.2026 9.05;passi;{value}\n")
    made = read_queue_export(path)
    assert made.tickets == 0
    assert any(f.level is Level.ERROR for f in made.findings)
    assert all(value not in f.what.text("en") or value == "x" for f in made.findings)


@pytest.mark.parametrize("text", ["", "Tiski;Palvelu\n1;passi\n", "\x00\x01\x02"])
def test_files_that_are_no_exports(tmp_path, text):
    made = read_queue_export(write(tmp_path, text))
    assert made.tickets == 0
    assert any(f.level is Level.ERROR for f in made.findings)


def test_a_missing_file(tmp_path):
    assert read_queue_export(tmp_path / "none.csv").findings


def test_visits_reach_the_project(project_of, tmp_path, country):
    service = country.services.iloc[0]
    rows = "".join(
        f"{d}.{m}.2026 10.{k:02d};;;{service['service']};1\n" for m in range(1, 13) for d in (4, 5) for k in range(5)
    )
    path = write(tmp_path, HEAD + rows + "4.5.2026 9.40;;;tuntematon jono;1\n")
    project = project_of()
    before = project.remote()
    made = project.read_queue_export(path)
    assert made.tickets == 121
    assert len(made.visit_months) == 12 + 1
    assert service["service"] in set(project.baseline()[0].visit_hours["service"])
    assert project.remote().load.to_dict() != before.load.to_dict()
    bad = write(tmp_path, "Vuoronumero otettu;Sukunimi\n4.5.2026 9.05;x\n")
    with pytest.raises(InputError):
        project.read_queue_export(bad)


def test_the_command(project_of, tmp_path):
    folder = project_of().store.folder
    path = write(tmp_path, HEAD + "4.5.2026 9.05;4.5.2026 9.10;4.5.2026 9.25;passi;3\n")
    assert "1 tickets" in tunti("visits", folder, path).stdout
    assert (folder / "visit_hours.csv").exists()
