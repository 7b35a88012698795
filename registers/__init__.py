"""The app that keeps what is on record: units, people, posts, risk points, schemes, papers, audit.

Never here: what happens to a sheet or in a year's campaign (``workflows``, which this app never imports).

Rooms: ``models`` (the tables), ``schemes`` (rule books), ``papers`` (official forms), ``imports`` (files that are
taken over), ``views`` with ``forms``, ``urls`` and ``templatetags`` (pages), ``management`` (commands).
Here, who may do what: ``access`` (the mechanism), ``policies`` and ``record_policies`` (the rules), ``actors``
(who acts), ``refusals``.
People and units: ``staff``, ``appointments``, ``standins``, ``administrators``, ``accounts`` and ``passwords``,
``sessions``, ``units``, ``posts``, ``journal`` (their history), ``establishment`` (how many may hold a post),
``domains``, ``leaders`` and ``leadership`` (who is in charge, who leads).
The register: ``versions`` (puts in force), ``differences``, ``grading``, ``quality`` (texts that say nearly the
same), ``placing`` (points on their powers), ``responsible`` (who answers), ``regulations``, ``residuals``,
``disclosed``, ``offers`` (buttons of the app above).
Lists and figures: ``ledgers``, ``ledger_books`` (their workbooks), ``comparisons``, ``counts``, ``gravity`` (by
grade), ``hints``, ``plain`` (rows as plain values), ``sorting``, ``charts`` and ``bars`` (pictures).
Proof and work: ``audit``, ``jobs``, ``tasks``, ``leases``, ``limited`` (processes with limits), ``job_kinds`` (what workers do),
``exported`` (their files), ``clock``.
Texts: ``text``, ``sealed`` (encrypted), ``frozen``. For speed alone: ``kept``, ``prepared``, ``batches``,
``inserting``, ``column_identity``, ``analysed``. The app itself: ``apps``.
"""
