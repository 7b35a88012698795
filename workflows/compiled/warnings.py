"""Papers about warnings: the letter, the record of a talk, the receipt (送达回证), the approval sheet.

The one who approved a letter is named on the approval sheet, never on the letter.
"""

from django.utils import timezone

from registers.papers.compose import document_for, issuer, source
from workflows.compiled.logs import papers_about

LETTER = ("number", "letter", "recipient", "recipient_title", "audience", "seal", "issued_on", "facts", "demands")
TO_ALL = ("warning_letter", "service_receipt")  # sources whose papers the addressee may have


def _day(moment):
    return timezone.localdate(moment).isoformat() if moment else ""


def _fields(warning):
    action, rules = warning.action, warning.scheme.rules
    person = warning.person
    title = f"{warning.unit.name}{person.title}" if person else ""
    return {
        "number": warning.letter_number,
        "letter": action.label,
        "recipient": f"{person.name}" if person else warning.unit.name,
        "recipient_title": title,
        "audience": warning.audience or "发文部门、收文单位（本人）",
        "seal": action.seal or rules.roles.get(action.issuer, ""),
        "issued_on": _day(warning.issued_at),
        "facts": warning.facts,
        "demands": warning.demands,
    }


@source("warning_letter", about="warning", fields=(*LETTER, "basis", "causes", "answer", "copy_to", "approver"))
def warning_letter(*, warning):
    """The letter: facts, basis, causes, demands, by when to answer. Source: R4-31."""
    rules, action = warning.scheme.rules, warning.action
    count = warning.answer_days if warning.issued_at else action.answer_days
    return {
        "fields": _fields(warning)
        | {
            "basis": warning.basis,
            "causes": warning.causes,
            "answer": f"请自签收之日的次日起 {count} 个工作日内书面答复。" if count else "本文书不要求书面答复。",
            "copy_to": warning.copy_to or "（无）",
            "approver": rules.roles.get(action.approver, ""),
        }
    }


@source(
    "talk_record",
    about="warning",
    fields=(*LETTER, "talker", "recorder", "companions", "place", "starts_at", "ends_at", "said", "statement", "stand"),
)
def talk_record(*, warning):
    """谈话记录: who spoke with whom, what was said, what was demanded.

    Blank before the talk was held.
    """
    talk = getattr(warning, "talk", None)
    if talk is None:
        return {"fields": _fields(warning)}
    names = ("talker", "recorder", "companions", "place", "said", "statement", "demands", "stand")
    held = {name: getattr(talk, name) for name in names}
    held |= {f"{name}_at": f"{talk.held_on} {getattr(talk, f'{name}_at'):%H:%M}" for name in ("starts", "ends")}
    return {"fields": _fields(warning) | held}


@source(
    "service_receipt",
    about="warning",
    fields=(
        *LETTER,
        "way",
        "place",
        "signed_by",
        "received_on",
        "substitute",
        "refusal",
        "witness",
        "servers",
        "remark",
    ),
)
def service_receipt(*, warning):
    """送达回证: how the letter was delivered, who signed, or who saw it refused.

    Blank before it was delivered.
    """
    delivery = warning.delivery
    if delivery is None:
        return {"fields": _fields(warning)}
    names = ("place", "signed_by", "substitute", "refusal", "witness", "servers", "remark")
    known = {name: getattr(delivery, name) for name in names}
    known |= {"way": delivery.get_way_display(), "received_on": delivery.received_on.isoformat()}
    return {"fields": _fields(warning) | known}


@source(
    "warning_approval",
    about="warning",
    fields=(*LETTER, "basis", "causes", "copy_to", "because", "drafter", "handed_in_on", "approved_by"),
)
def warning_approval(*, warning):
    """The sheet by which a letter was approved: who drafted it, who issued it, from what it came."""
    drafter = warning.handed_in_by or warning.made_by
    return {
        "fields": _fields(warning)
        | {
            "basis": warning.basis,
            "causes": warning.causes,
            "copy_to": warning.copy_to,
            "because": f"{warning.get_trigger_display()}。{warning.because}",
            "drafter": drafter.name if drafter else "",
            "handed_in_on": _day(warning.handed_in_at),
            "approved_by": warning.issued_by.name if warning.issued_by_id else "",
        }
    }


def of(warning, *, inside):
    """Return the papers that there are of a warning so far, slug → layout.

    ``inside``: for the office; whom it is for has the letter and the receipt, once it is issued. What the system proposes is no
    letter yet.
    """
    if warning.action is None or warning.is_reference or warning.made_by_id is None:
        return {}
    own, talk = warning.action.paper, warning.is_talk
    found = {}
    for slug, layout in papers_about(warning.scheme.rules, "warning").items():
        letter = layout.compiled in ("warning_letter", "talk_record")
        if (letter and slug != own) or (layout.compiled == "service_receipt" and (talk or warning.issued_at is None)):
            continue
        if inside or layout.compiled in TO_ALL:
            found[slug] = layout
    return found


def about_warning(layout, warning):
    """Return the document of a paper about one warning."""
    document = document_for(layout.compiled, warning=warning)
    return {
        **document,
        "year": warning.year or timezone.localdate(warning.made_at).year,
        **issuer(warning.scheme.rules),
    }
