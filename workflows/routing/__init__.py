"""The only place that moves a submission along its route.

Here: which step follows which (``steps``, pure), what people do with one submission (``routes``), what such an act
demands (``conditions``) and whose right it rests on (``authority``), what a move writes (``moves``) and to whom it
gives the sheet to read (``arrivals``), sheets on another one (``carrying``), one act for many submissions (``bulk``),
decisions of a body (``meetings``), what another sheet has overtaken (``overtaken``), passing on what nobody can take
any more (``reseating``), what changes of people and units do to sheets (``foresight``, before; ``staffing``, after),
sheets made of accepted files (``imported``).
Never here: what a sheet holds (``workflows.sheets``), who may act (``workflows.policies``), notices
(``workflows.publicity``, which knows this room and adds its step to ``moves.ON_ENTER``).
"""
