"""Supervision: whether measures hold, inspections of units, what they find, and how it is put right.

Here: checks of measures (``checks``), the yearly plan (``plans``), drawing lots (``drawing``, pure; ``draws``, what people do),
arranging an inspection (``inspections``), its checklist (``checklists``), what comes of it (``opinions``), what it finds (``findings``),
how that is put right (``rectification``, ``reminding``).
Never here: changes of the register, which take the one road (``workflows.campaign.adjustments``), what people in charge of a measure
note themselves (``workflows.controls``), and papers about inspections (``workflows.compiled``). Neighbours: who may do what is
``workflows.policies``.
"""
