"""Taking over what institutions keep in files: units, posts, people, roles, powers, old ledgers.

The way of a file. ``reading`` opens it in a limited process: ``packages`` refuses what is dangerous, ``rows`` and ``workbooks``
read Excel (``formats``), ``texts`` CSV and tables of pages, ``documents`` Word; each gives sheets of cells
(``grid``) without what is never read (``private``). ``sheets`` says which sheets count, ``heads`` finds the line of
column heads, ``synonyms`` and ``vocabulary`` say what institutions call things, ``tables`` makes rows of fields
(``cards``: of sheets that are no tables; ``filling``: of cells that mean the one above; ``numbers``: of numbers
without their zeros). ``values`` reads one cell: a value, a question, or a refusal with its cell (``findings``).
What a row means: ``places`` and ``trees`` (units), ``codes``, ``occupied`` and ``posting`` (posts), ``matching``
(units, posts, people, powers), ``categories``, ``scales`` (grades), ``stages``, ``listed`` (numbered items),
``procedures`` (steps), ``doubled`` (said twice).
One module a kind of file: ``units``, ``posts``, ``people``, ``roles``, ``directories`` (regulations), ``powers``,
``ledgers``.
Each compares with what is on record and makes lines that one accepts (``plans``); ``appointing`` and ``handing``
carry them out.
``uploads`` keeps a file until it is accepted, ``compared`` and ``packing`` its comparison, ``progress`` tells how
far a worker is, ``returning`` writes the file with what was found back to whoever sent it, ``samples`` makes files
to try this out.

Never here: pages (``registers.views.imports``), what sheets follow from a change (``workflows``).
"""
