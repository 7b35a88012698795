"""Papers that nobody types: they are compiled from what people did.

Here: search logs, return notices, review records, archive contents, annual counts (``logs``), records of meetings and
reading (``meetings``), the paper of a submission as a source of rows (``sheets``).
Never here: what a sheet itself shows (``workflows.sheets.documents``), how paper is laid out (``registers.papers``).
"""
