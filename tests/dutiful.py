"""A rule book that asks for everything beside sheets: statements, avoidance, audits, education."""

from django.conf import settings

from registers.schemes import versions
from registers.schemes.language import Scheme as Rules
from tests.doors import followed, plain
from tests.written import values_of

FOLDER = settings.BASE_DIR / "fixtures" / "schemes"


def _read(name):
    return values_of((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def ask(*, at):
    """Publish a version of the scheme in use that asks for what the five files ask for, and return it."""
    document = plain(followed().document)
    asked = {}
    for name in ("tongliao5-2022", "imut-2011"):
        asked |= _read(name)["duties"]
    known = {one["code"] for one in document["domains"]}
    audited = [code for code in asked["leaving_audit"]["domains"] if code in known]
    document["duties"] = asked | {"leaving_audit": asked["leaving_audit"] | {"domains": audited}}
    document["papers"] |= _read("parts/duty")["papers"]
    return versions.store(Rules.model_validate(document), document, at=at)[0]
