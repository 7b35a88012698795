"""Notices of proposed grades, and the objections to them.

Here: the life of a notice (``notices``), what a notice may show (``showing``), objections and how they are handled
(``objections``).
Never here: the letter as a paper (``workflows.compiled.logs``), who may read a notice
(``workflows.policies.publicity``).
Neighbours: a submission waits at its ``publicise`` step (``workflows.routing``) until the notice has ended.
"""
