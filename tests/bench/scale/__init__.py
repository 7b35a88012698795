"""A register as large as ten years of a university make it, and what its pages and jobs cost.

``loading`` fills a database that holds a demo campus: ``organisation`` adds units, posts and people, ``register`` the points, measures
and powers of three years, ``sheets`` this year's sheets and messages, ``writing`` puts rows into the database quickly. ``keeping``
keeps the filled databases from one run to the next.

``run`` is ``./run bench scale``: ``pages`` opens every page in a database, ``plans`` explains the dearest statements, ``goals`` says
what a page may cost, ``report`` prints it all. Nothing here decides what a page shows: rows are as the site itself would have written
them, and a test holds that.
"""
