"""What every persona may read, as the access matrix says it."""

from tests.access.world import STAFF

EVERYBODY = " ".join(STAFF)


SCHOOL = "leader chair registrar office_staff"
