"""Scheme files for tests."""

from django.conf import settings

PATH = settings.BASE_DIR / "fixtures" / "schemes" / "changchun-2016.yaml"
