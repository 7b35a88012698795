"""Forms of the pages: what may be typed, and the message when it may not.

Here, one module a subject: ``submissions`` (the form of a sheet, made of ``parts``), ``reviews``, ``queue``,
``suggestions``, ``terms``; ``staff`` and ``organisation``; ``activities``, ``meetings``; ``publicity``,
``publications``, ``door``, ``disclosures``, ``rankings``; ``inspection_plans``, ``inspections``, ``findings``,
``assessments``, ``surveys``, ``warnings``, ``duties``; ``channels``. Shared: ``laid`` (fields one after the other),
``powers`` (the choice of a power).
Never here: rules of the domain; a sheet's own fields and faults come from ``workflows.sheets``.
"""
