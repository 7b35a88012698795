"""Commands of ``manage.py`` about what is on record.

Here: ``commands``, and what those that take files over have in common (``taking``). Never here: rules.
"""
