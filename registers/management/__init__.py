"""Commands of ``manage.py`` about what is on record."""
