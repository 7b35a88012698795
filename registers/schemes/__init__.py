"""The rule book of an institution as data: its language and its versions.

Here: what a scheme file may say (``language``, ``layout``, ``conduct``, ``parts``, ``dates``; pure), and storing it as an immutable version
(``versions``). Two drawers: ``checking`` (is a file sound?) and ``desk`` (editing one in the browser).
Never here: what any one institution says; that is in ``fixtures/schemes``.
"""
