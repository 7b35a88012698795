"""Papers that nobody types: they are compiled from what people did.

Here: search logs, return notices, review records (``logs``), archive contents and annual counts (``summaries``),
records of activities and reading (``activities``), agenda and minutes of a body (``minutes``), inspections and
rectification (``inspections``), assessments (``assessments``), letters of warning (``warnings``), statements of duty
(``duties``), the plan of education (``education``), notices, lists and results (``publications``), what units make
public (``disclosures``), the result of a ranking (``rankings``), the paper of a submission as a source of rows
(``sheets``), what an inspection from above asks to see (``materials``), the mechanisms of a scheme in words
(``mechanisms``) and bound with a unit's papers (``binding``), and all filed papers of a campaign in volumes
(``volumes``).
Never here: what a sheet itself shows (``workflows.sheets.documents``), how paper is laid out (``registers.papers``).
"""
