"""The rule book of an institution as data: its language and its versions.

Here: what a scheme file may say, all of it pure. ``language`` is the whole; its building blocks are ``parts``,
``dates`` (上旬, 月底) and ``routes``, a subject each is in ``layout`` (papers), ``conduct`` (of a campaign), ``bodies``
(that decide), ``custody`` (who keeps what), ``publicity``, ``door``, ``disclosure``, ``inspection``, ``assessment``,
``ranking``, ``residual`` (grades), ``warnings``, ``duties``. Tasks that follow from it without being written:
``adjusting``, ``importing``. Storing it as an immutable version: ``versions``. Two drawers: ``checking`` (is a file
sound?) and ``desk`` (editing one in the browser).
Never here: what any one institution says; that is in ``fixtures/schemes``.
"""
