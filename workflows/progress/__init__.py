"""The progress of a campaign: figures, the board, forecasts, and urging people who are late.

Here: what counts as late and the figures (``figures``; ``counted``, those that are kept for a while), the board
(``board``), forecasts from the pace so far and their curve (``forecasts``, ``curves``), sheets that nobody can take
(``stranded``), urging everybody who is late (``nudging``), the list of them as a workbook (``late_list``), this year
beside the last (``last_year``), whether heads were first (``leading``).
Never here: what was filled in; nothing here changes a submission.
Neighbours: one reminder of one submission is ``workflows.routing.routes.nudge``; the pages are in
``workflows.views``.
"""
