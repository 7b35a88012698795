"""Views of the pages, and the navigation that leads to them.

A view fetches its object through ``visible_to``, asks the policy, acts, and answers. One word serves for the view,
its URL name and its template.
Here: views, and the pieces that only they need. Desk and queue: ``desk``, ``queue``, ``done``, ``navigation``, ``channels``,
``mails``, ``attachments``. A sheet: ``filling``, ``submissions``, ``suggestions``, ``terms``, ``adjustments``,
``reviews`` with ``review_entries`` and ``reviewed``, ``trail`` (its steps and history), ``records`` (its papers).
The year: ``beginning``, ``campaigns``, ``enrolment``, ``closing``, ``years``, ``board``, ``progress``,
``mobilisation``, ``readings``, ``activities``, ``consultations``, ``comparisons``. Bodies: ``meetings``,
``agendas``, ``meeting_items``. Measures: ``controls``, ``residuals``. What is public: ``publicising``,
``publicity``, ``objections``, ``raised``, ``publications``, ``previews``, ``notice_beside`` and ``notice_keeping``
(places, files, records), ``disclosures``, ``door``, ``clues``, ``rankings``, ``ranked_units``. Inspections:
``inspection_plans``, ``inspections``, ``checklists``, ``opinions``, ``findings``, ``inspection_papers``. Assessment:
``assessments``, ``assessment_sheets``, ``assessment_results``, ``assessment_contests``, ``surveys``,
``survey_answers``.
Warnings and duties: ``warnings`` with ``warning_rows``, ``warning_records``, ``duties``, ``avoidances``, ``education``. Organisation:
``organisation``, ``people``, ``roles``, ``standins``, ``leaders``, ``foreseen`` (changes with what follows). Rule
books: ``schemes``, ``scheme_preview``. Of several: ``form_pages`` (a form on a page of its own, refusals on it),
``offered_powers`` (the choice of a power).
Never here: a rule of the domain.
Neighbours: shared pieces are in ``registers.views``.
"""
