"""The audit chain on screen names in Chinese what every act was about."""

import pytest

from registers.models import AuditEntry
from registers.views.audits import ABOUT

pytestmark = pytest.mark.once("wide")


def test_whatever_an_act_was_about_has_a_word(world):
    kinds = {about.partition(":")[0] for about in AuditEntry.objects.values_list("about", flat=True) if about}

    assert len(kinds) > 20
    assert kinds - ABOUT.keys() == set()
