"""A register as large as ten years of a university make it, and what its pages and jobs cost.

``loading`` fills a database that holds a demo campus: ``organisation`` adds units, posts and people, ``register`` the points, measures
and powers of three years, ``sheets`` this year's sheets and messages, ``writing`` puts rows into the database quickly. ``keeping``
keeps the filled databases from one run to the next. Nothing here decides what a page shows: the rows are as the site itself would have
written them, and a test holds that.
"""
