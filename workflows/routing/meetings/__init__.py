"""Decisions of a body, from the agenda of its meeting to what its minutes bring about.

Here: making a meeting and its agenda (``agenda``), what was recorded of it (``recording``), the signature and its
effect (``deciding``).
Never here: who counts (``workflows.policies.quorums``), moving a sheet (``routes.decide`` does, with the signed
meeting as its authority), papers (``workflows.compiled.minutes``). Meetings and education that are only put on
record are activities (``workflows.activities``).
"""
