"""What changes the register: campaigns, submissions, notices, inspections, warnings, reminders.

May import ``registers``. Never here: what is on record and since when (``registers.versions`` alone puts it in
force).

Rooms: ``models`` (the tables), ``policies`` (who may do what, and who acts on a sheet), ``campaign`` (a year),
``sheets`` (what a sheet holds), ``routing`` (how it moves), ``deadlines``, ``progress``, ``messages``, ``publicity``
(notices, lists, rankings), ``supervision`` (inspections, assessments, warnings, duties), ``compiled`` (papers that
nobody types), ``demo``, ``views`` with ``forms`` and ``urls`` (pages), ``management`` (commands).
One module a subject: ``terms`` (the last day of a sheet) and ``extensions`` (longer terms); ``suggestions``;
``controls`` (measures carried out), ``responsibilities`` (by whom), ``leading_measures``; ``activities`` (meetings
and education), ``readings``, ``mobilisation``; ``disclosures``; ``reorganising``, ``moving`` and ``planned``
(changes of units, posts and people); ``attachments`` and ``cleaning`` (files).
Over all: ``acts`` (what is audited and who is told), ``sweeping`` (periodic work), ``tasks`` (for workers),
``apps``.
"""
