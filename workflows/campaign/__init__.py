"""A year's campaign: opening, enrolling units, owing sheets, following the people, closing.

Here: the campaign and its phases (``campaigns``), who owes what and why (``scoping``), the preview of a campaign (``plans``), making and
opening submissions (``owing``), who came, left or took a post over (``rosters``).
Never here: moving a submission that was handed in (``workflows.routing``).
Neighbours: moved deadlines are ``workflows.terms``, longer terms ``workflows.extensions``.
"""
