"""What `deploy/` holds fits the program: settings that there are, options that are known, files that exist, the map."""

import re
import tomllib
from pathlib import Path

import pytest

from tunti.errors import InputError
from tunti.web.settings import ServeSettings, read_serve_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def test_settings_of_the_example_are_known():
    text = (DEPLOY / "serve.toml").read_text(encoding="utf-8")
    assert read_serve_settings(DEPLOY / "serve.toml").hosts == ("tunti.example.fi",)
    shown = tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.M))
    assert set(shown) <= set(ServeSettings.model_fields)
    assert "oidc_issuer" in shown


def test_variables_of_unit_and_container_are_settings():
    text = (DEPLOY / "tunti.service").read_text(encoding="utf-8") + (DEPLOY / "Containerfile").read_text(
        encoding="utf-8"
    )
    named = set(re.findall(r"TUNTI_([A-Z_]+)", text))
    assert named == {"DATABASE", "SECRET", "OIDC_SECRET", "HOST", "DATA"}
    assert {n.lower() for n in named} <= set(ServeSettings.model_fields)


def test_the_container_copies_what_there_is_and_builds_the_map():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    built = re.search(r"outDir: \"\.\./([^\"]+)\"", (ROOT / "map" / "vite.config.ts").read_text(encoding="utf-8"))[1]
    assert f"COPY --from=map /source/{built} {built}" in text


def test_the_built_map_goes_into_the_package():
    """It is not in the repository, so that the package would leave it out unless it is named."""
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert "src/tunti/web/static/map/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert built["artifacts"] == ["src/tunti/web/static/map/*"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('hots = ["a"]\nport = 0', ["hots"]),
        ('port = "abc"\nleast_people = 0\nhost_s = 1', ["host_s", "port", "least_people"]),
        ("port = ", [None]),
        ('secret = ["long-hidden-word"]', ["secret"]),
    ],
)
def test_a_setting_that_is_unknown_or_does_not_fit_is_told(tmp_path, text, names):
    """A misspelt name would leave a default in force unseen, of whom is let in too."""
    file = tmp_path / "serve.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_serve_settings(file)
    assert [f.column for f in told.value.findings] == names
    assert "hidden-word" not in " ".join(f.what.text(lang) for f in told.value.findings for lang in ("fi", "sv", "en"))


def test_a_list_of_the_environment_that_is_none_is_told(monkeypatch):
    monkeypatch.setenv("TUNTI_HOSTS", "a.example, b.example")
    with pytest.raises(InputError) as told:
        read_serve_settings()
    assert [f.column for f in told.value.findings] == ["hosts"]
    monkeypatch.setenv("TUNTI_HOSTS", '["a.example", "b.example"]')
    assert read_serve_settings().hosts == ("a.example", "b.example")
