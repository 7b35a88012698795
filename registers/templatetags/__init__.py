"""Tags for templates: what a page says about its own content.

Here: Django's tags made once per process (``bricks``), the ``faults`` of a form at the top of its page, long choices
(``selects``). Never here: texts of one subject, queries.
"""
