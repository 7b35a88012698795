"""Official papers: data and a layout become a page, a PDF, a workbook or a Word file.

Here: composing (``compose``; ``letters`` for running text) into a ``Paper`` (``paper``), the writers (``pages`` with
``continued``, ``xlsx`` with ``cells``, ``docx``), sources of rows from the register (``sources``), charts, words, typefaces
and what they cannot print (``glyphs``). Never here: a form of any one institution (its layout is in the scheme), who may read it.
Neighbours: the layout's language is ``registers.schemes.layout``; what a sheet shows is ``workflows.sheets.documents``.
"""
