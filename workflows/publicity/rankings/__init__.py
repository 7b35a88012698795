"""Rankings of units: figures from what is on record, contested, decided, released.

Here: what each figure counts, as set queries (``figures``), the arithmetic (``score``, pure), the ranking before it
is decided (``computing``, ``contests``), the decision and the release (``releasing``), its rows for workbooks and
its pictures (``shown``).
Never here: who may do what (``workflows.policies.rankings``), what a scheme says of rankings
(``registers.schemes.ranking``), the paper of the result (``workflows.compiled.rankings``). Neighbours: notices and
objections to grades (``workflows.publicity``).
"""
