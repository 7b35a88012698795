"""Taking over what institutions keep in workbooks: units, posts and people.

The way of a file: ``reading`` opens it in a cage and gives sheets of cells (``grid``), without the columns that are never
read (``private``). ``heads`` finds the line of column heads and ``synonyms`` says what each is called. ``values`` reads one
cell: a value, a question, or a refusal with its cell (``findings``). ``people``, ``units`` and ``posts`` compare with what is
on record and make lines that one accepts. ``uploads`` keeps a file between its upload and its acceptance.

Never here: pages (``registers.views.imports``), what sheets follow from a change (``workflows``).
"""
