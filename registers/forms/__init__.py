"""Forms of the register's own pages.

Here: ``fields`` (texts and choices, for the forms of both apps), ``imports``, ``regulations``. Never here: rules of
the domain.
Neighbours: the forms of sheets and of what happens to them are ``workflows.forms``.
"""
