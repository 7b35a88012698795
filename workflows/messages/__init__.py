"""Messages to people: inbox rows, mail, daily reminders, group robots.

Here: rows written with an act and sent later (``notifications``), mails that could not be sent (``failures``), a
letter to oneself (``trial_letter``), the reminders of a working day (``reminders``), which days before and after a
deadline get one (``schedule``), the text of a daily digest (``digests``), group robots (``robots``), acts that tell
somebody: stand-ins (``standing_in``), appointments and dismissals (``appointed``).
Never here: who acts on a submission (``workflows.policies``), when a deadline falls (``workflows.deadlines``).
Neighbours: which act tells whom is declared in ``workflows.acts``; the periodic job is ``workflows.sweeping``.
"""
