"""Official papers: data and a layout become a page, a PDF, a workbook or a Word file.

Here: composing (``compose``; ``letters`` for running text) into a ``Paper`` (``paper``); the writers (``writing``,
which knows them all; ``pages`` with ``continued``, ``xlsx`` with ``cells``, ``docx``); rows of ledgers into a
workbook (``tables``); ``sources`` of rows from the register and the names that each source gives (``given``);
``charts`` of powers, pages with pictures of figures (``pictured``), ``words`` (values as they are printed);
typefaces (``faces``), subsets of them with few characters (``subsets``), and what none can print (``glyphs``).
A row does not split over pages: ``static/css/paper.css`` in print, ``docx._row`` in a Word file.
Never here: a form of any one institution (its layout is in the scheme), who may read it.
Neighbours: the layout's language is ``registers.schemes.layout``; what a sheet shows is
``workflows.sheets.documents``.
"""
