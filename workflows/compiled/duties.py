"""The statement of duty of a unit as a paper (责任书、职责说明). Source: R0-18, R2-18."""

from django.utils import timezone

from registers.papers.compose import document_for, issuer, source


@source(
    "duty_statement",
    about="duty",
    rows=("part", "text"),
    fields=("statement", "unit", "office_side", "signed_by", "signed_on", "seal_code"),
)
def duty_statement(*, statement):
    """What a unit answers for in a year, part by part, and who signed it. Blank before it is signed."""
    rules = statement.scheme.rules
    signed = statement.signed_at is not None
    return {
        "title": f"{statement.year}年度{statement.label}",
        "rows": [{"part": label, "text": text} for label, text in statement.shown],
        "fields": {
            "statement": statement.label,
            "unit": statement.unit.name,
            "office_side": rules.roles.get("office", ""),
            "signed_by": statement.signed_by.name if signed else "",
            "signed_on": timezone.localdate(statement.signed_at).isoformat() if signed else "",
            "seal_code": statement.signed_digest[:8].upper(),
        },
    }


def of(statement):
    """Return ``(slug, layout)`` of a statement's paper, ``("", None)`` where the scheme names none."""
    rules = statement.scheme.rules
    asked = rules.duties.statement
    slug = asked.paper if asked and asked.paper else ""
    return slug, rules.papers.get(slug)


def about_statement(layout, statement):
    """Return the document of the paper about one statement."""
    document = document_for(layout.compiled, statement=statement)
    return {**document, "year": statement.year, **issuer(statement.scheme.rules)}
