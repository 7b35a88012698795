"""How far everybody is: figures, the board, what is to be expected, and urging those who are late.

Here: what counts as late and the figures (``figures``), the board (``board``), the pace so far and the curve (``forecasts``, ``curves``),
urging everybody who is late (``nudging``), the list of them as a workbook (``late_list``), this year beside the last (``last_year``).
Never here: the content of a sheet; nothing here changes a submission.
Neighbours: one reminder of one sheet is ``workflows.routing.routes.nudge``; the pages are in ``workflows.views``.
"""
