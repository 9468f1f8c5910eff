"""Tunti plans a network of joint public service points: everyone within an hour, every euro accounted for.

>>> from tunti import Project
>>> project = Project("my-region")  # doctest: +SKIP
>>> plan = project.plan(region="Lappi")  # doctest: +SKIP
>>> plan.proposed.share  # doctest: +SKIP
0.987
"""

__version__ = "0.1.0"
