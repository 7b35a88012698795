"""How the tests of the set-up run commands."""

import os
from pathlib import Path

from tests.services import SITE_VARIABLES

ROOT = Path(__file__).resolve().parent.parent


def site(var, **variables):
    """The environment of a site, seen from outside a test run."""
    hidden = {*SITE_VARIABLES, "PYTEST_VERSION", "PYTEST_CURRENT_TEST"}
    return {name: value for name, value in os.environ.items() if name not in hidden} | {
        "RISKMGMT_VAR": str(var),
        "PYTHONUTF8": "1",
        **variables,
    }
