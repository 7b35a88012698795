"""Commands of ``manage.py`` about campaigns, demo and papers, in ``commands``."""
