"""A year's campaign: opening, enrolling units, making submissions, following staff changes, closing.

Here: the campaign and its phases (``campaigns``), who owes what and why (``scoping``), the same kept for a while
(``asked``), the preview of a campaign (``plans``), what would keep a unit's sheets from being concluded
(``readiness``), texts that its rows repeat (``repeated``), making and opening submissions (``owing``), who came, left
or took over a post (``rosters``), changes at any time (``adjustments``), what a new site still needs (``beginning``),
whether a rehearsal is running (``rehearsing``), taking back what was opened by mistake (``undoing``).
Never here: moving a submission that was handed in (``workflows.routing``).
Neighbours: moved deadlines are ``workflows.terms``, longer terms ``workflows.extensions``.
"""
