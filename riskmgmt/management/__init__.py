"""Commands of ``manage.py`` for whoever sets the site up, in ``commands``."""
