"""One module per command: ``createsuperuser``, ``first_admin``, ``rehearsal``."""
