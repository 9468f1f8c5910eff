"""The languages of interpretation that a project has before it fills the table."""

from __future__ import annotations

import pandas as pd

from tunti.inputs.frames import typed
from tunti.inputs.schemas_remote import LANGUAGES
from tunti.settings_remote import RemoteSettings


def default_languages(settings: RemoteSettings) -> pd.DataFrame:
    """Give the languages of the settings in the form of the table, labelled illustrative.

    Parameters
    ----------
    settings : RemoteSettings

    Returns
    -------
    DataFrame
        See :data:`tunti.inputs.schemas_remote.LANGUAGES`.
    """
    rows = [(code, "*", share, True) for code, share in settings.languages.items()]
    return typed(pd.DataFrame(rows, columns=["language", "region", "share_people", "illustrative"]), LANGUAGES)
