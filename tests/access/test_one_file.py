"""A file that is asked for by itself."""

import pytest

from tests.access.behind import UNKNOWN
from tests.access.test_scopes import actor, files
from tests.access.world import PEOPLE
from workflows.models import Attachment
from workflows.policies.attachments import file_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide", "postgresql")]


def test_one_file_is_given_to_those_who_see_it_among_all(world):
    """A file that is asked for is looked up by what holds it, a list of files by all that can hold one."""
    known = set(files(world))
    for persona in PEOPLE:
        who = actor(world, persona)
        seen = set(Attachment.objects.visible_to(who))
        assert {file for file in known if file_for(who, file.pk) == file} == seen, persona
        assert file_for(who, UNKNOWN) is None
