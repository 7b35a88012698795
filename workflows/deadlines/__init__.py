"""Deadlines as moments in Beijing time, and which days are working days.

Here: the arithmetic of days (``days``), the announced holidays (``holidays``), all days of a rule book in a year
(``yearplan``), how long a submission is on its way and until when it must be handed in for that (``timetables``).
Never here: which day counts for one submission (``workflows.terms``), who is reminded
(``workflows.messages.schedule``).
Neighbours: the rule of a day as a value is ``registers.schemes.dates``.
"""
