"""Papers that nobody types: they are compiled from what people did.

Here: search logs, return notices, review records (``logs``), archive contents and annual counts (``summaries``), records of
activities and reading (``meetings``), agenda and minutes of a body (``minutes``), inspections and rectification
(``inspections``), assessments (``assessments``), letters of warning (``warnings``), the result of a ranking (``rankings``), the
paper of a submission as a source of rows (``sheets``), and all filed papers of a campaign in volumes (``volumes``).
Never here: what a sheet itself shows (``workflows.sheets.documents``), how paper is laid out (``registers.papers``).
"""
