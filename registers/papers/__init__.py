"""Official papers: data and a layout become a page, a PDF, a workbook or a Word file.

Here: composing (``compose``), the writers (``pages``, ``xlsx``, ``docx``), sources of rows from the register (``sources``), charts,
words and typefaces. Never here: a form of any one institution (its layout is in the scheme), who may read it.
Neighbours: the layout's language is ``registers.schemes.layout``; what a sheet shows is ``workflows.sheets.documents``.
"""
