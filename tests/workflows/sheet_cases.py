"""How the tests of sheets look at a refusal."""

import pytest

from workflows.models import Decision, SubmissionLine
from workflows.sheets import Incomplete


def faults(year, sheet, content):
    """Field → sentence of the only faulty part of a refused sheet; proves that nothing was written."""
    with pytest.raises(Incomplete) as refused:
        year.submit(sheet, content)
    assert (
        Decision.objects.filter(submission=sheet).count(),
        SubmissionLine.objects.filter(submission=sheet).count(),
    ) == (0, 0)
    (wrong,) = refused.value.faults.values()
    return wrong
