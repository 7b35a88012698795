"""Supervision: whether measures hold, inspections of units, what they find, and how it is put right.

Here: checks of measures (``checks``), the expected and actual grade of a point (``residual``, pure), the same for
many points from what is on record (``points``), what speaks against them (``blockers``), the yearly plan
(``plans``), drawing lots (``drawing``, pure; ``draws``, what people do), arranging an inspection (``inspections``),
its checklist (``checklists``), what comes of it (``opinions``), what it finds (``findings``), how that is put right
(``rectification``, ``rectification_reminding``); the yearly assessment of a unit (``assessments``,
``assessment_contesting``, ``assessment_deciding``, ``assessment_reminding``; ``scoring``, pure) and the survey of
satisfaction (``surveys``; ``answering``, which keeps slips and answers apart; ``tallying``, pure); what heads and
units owe beside sheets (``duties``, ``avoidances``, ``education``, ``duty_reminding``), what of that waits for one
person (``waiting``); warnings and what follows them (``warnings``).
Never here: changes of the register, which always go by a sheet (``workflows.campaign.adjustments``), the decided grade
(``workflows.routing``), what people in charge of a measure note themselves (``workflows.controls``), and papers
about inspections (``workflows.compiled``). Neighbours: who may do what is ``workflows.policies``.
"""
