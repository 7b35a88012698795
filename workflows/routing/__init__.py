"""The only place that moves a submission along its route.

Here: which step follows which (``steps``, pure), what people do with one submission (``routes``), what a move writes (``moves``), one act
for many submissions (``bulk``), passing on what nobody can take any more (``reseating``).
Never here: what a sheet holds (``workflows.sheets``), who may act (``workflows.policies``), notices (``workflows.publicity``, which knows
this room and adds its step to ``moves.ON_ENTER``).
"""
