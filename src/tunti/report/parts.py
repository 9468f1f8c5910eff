"""The parts of a plan that later stages give: how a section plugs in, and what stands there without results.

A stage's section is a function ``NAME_section(context, result) -> Section`` in ``sections/NAME.py``; it is named here
once. ``plan.NAME`` holds the result, None while the stage has none; ``plan.lacking`` then says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tunti.locale import N_
from tunti.report.document import Callout, Section
from tunti.report.sections.agencies import agencies_section
from tunti.report.sections.closing import closing_section
from tunti.report.sections.context import Context
from tunti.report.sections.money import money_section
from tunti.report.sections.premises import premises_section
from tunti.report.sections.programme import programme_section
from tunti.report.sections.remote import remote_section


@dataclass(frozen=True)
class Part:
    """One stage's place in the document.

    Attributes
    ----------
    key : str
        Section key.
    result : str
        Field of the plan that holds the stage's results.
    title, lacking : str
        Heading, and the sentence that says what is not there; keys of the catalogues.
    tell : callable
        Writes the section from the context and the results.
    """

    key: str
    result: str
    title: str
    lacking: str
    tell: Callable[[Context, Any], Section]

    def section(self, context: Context) -> Section:
        """Write the section, or say in a sentence what is lacking.

        Parameters
        ----------
        context : Context

        Returns
        -------
        Section
        """
        found = getattr(context.plan, self.result)
        if found is not None:
            return self.tell(context, found)
        return Section(self.key, context.say(self.title), (lacking_part(context, self.result, self.lacking),))


def lacking_part(context: Context, result: str, template: str) -> Callout:
    """Say what a stage without results leaves out, and why when that is known.

    Parameters
    ----------
    context : Context
    result : str
        The stage's name.
    template : str
        The sentence.

    Returns
    -------
    Callout
    """
    texts = [context.say(template)]
    why = context.plan.lacking.get(result)
    if why is not None:
        texts.append(context.say(N_("The reason: {reason}"), reason=context.words.message(why)))
    return context.lacking(*texts)


SERVICES = Part(
    "services",
    "services",
    N_("Agencies and services at the points"),
    N_("Agencies and services at each point, the modes, languages and opening hours have not been chosen."),
    agencies_section,
)
CLOSING = Part(
    "closing",
    "services",
    N_("What closes, when, and what pays"),
    N_("It is not known what closes: agencies and modes have not been chosen."),
    closing_section,
)
PREMISES = Part(
    "premises",
    "premises",
    N_("Shared premises and workplaces"),
    N_("Shared premises and the premises given up have not been planned."),
    premises_section,
)
REMOTE = Part(
    "remote",
    "remote",
    N_("Remote service and interpretation"),
    N_("Remote service and interpretation have not been dimensioned: rooms, clerks and interpreters are not known."),
    remote_section,
)
PROGRAMME = Part(
    "programme",
    "programme",
    N_("Programme"),
    N_("The programme has not been made: what opens and closes when, with dates of decision, is not known."),
    programme_section,
)
MONEY = Part(
    "money",
    "programme",
    N_("Costs and savings"),
    N_("Costs and savings for each payer and for the state are not known: they come with the programme."),
    money_section,
)
