"""What codes of the tables are called in the language of the screen; where two share a name, the code stands behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from tunti.findings import Name
from tunti.inputs.names import names_of, service_names
from tunti.inputs.tables import Inputs
from tunti.report.names import in_language
from tunti.report.sections.people import LANGUAGES
from tunti.report.words import words_for


class Named(dict[str, str]):
    """Names by code in one language; what has none goes by its code.

    Parameters
    ----------
    names : mapping of str to str
        Where two codes share a name, their codes are added in brackets.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        often = Counter(names.values())
        super().__init__({c: n if often[n] == 1 or n == c else f"{n} ({c})" for c, n in names.items()})

    def __missing__(self, code: str) -> str:
        return code

    def listed(self, codes: Iterable[object]) -> str:
        """Name several with commas between, semicolons where a name has a comma; a dash for none."""
        names = [self[str(c)] for c in codes]
        return ("; " if any("," in n for n in names) else ", ").join(names) or "-"


def _said(names: Mapping[str, Name], language: str) -> Named:
    return Named({code: name.text(language) for code, name in names.items()})


class Names:
    """Names of everything that a table on the screen can tell of.

    Parameters
    ----------
    inputs : Inputs
        The project's tables, changed as the scenario says.
    language : {"fi", "sv", "en"}

    Attributes
    ----------
    agencies, services, regions, municipalities, sites, offices, premises, languages : Named
    """

    def __init__(self, inputs: Inputs, language: str) -> None:
        towns = names_of(inputs.municipalities, "municipality")
        self.agencies = _said(names_of(inputs.agencies, "agency"), language)
        self.services = _said(service_names(inputs), language)
        self.regions = _said(names_of(inputs.municipalities, "region", "region"), language)
        self.municipalities = _said(towns, language)
        self.offices = _said(names_of(inputs.offices, "office"), language)
        self.premises = _said(names_of(inputs.premises, "premise"), language)
        places = {name.fi: name.text(language) for name in towns.values()}
        sites = {code: name.text(language) for code, name in names_of(inputs.sites, "site").items()}
        # A site that is called after its municipality takes that name in the language.
        starts = {code: name.split(", ")[0] for code, name in sites.items()}
        self.sites = Named({c: in_language(n, starts[c], places.get(starts[c], "")) for c, n in sites.items()})
        words = words_for(language)
        self.languages = Named({**words.locale.languages, **{c: words.text(n) for c, n in LANGUAGES.items()}})
