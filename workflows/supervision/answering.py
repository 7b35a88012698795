"""Slips and answers of a survey, kept so that nobody can join them again.

A slip that is made or used, and an answer that comes in, is hidden in a crowd of its kind: up to ``CROWD`` other rows are written
anew with it, under new random keys and in random order. So the newest rows of both tables are always a crowd, whichever way a
database tells old rows from new ones (place, transaction, backup). No act is audited here and no message is sent, because both
would carry a person and a time.
"""

import secrets
import uuid

from django.db import transaction

from registers import passwords
from registers.refusals import Refused
from registers.text import digest_of_text
from workflows.models import Survey, SurveyAnswer, SurveyInvitation, SurveySlip

CROWD = 200
LENGTH = 12
UNKNOWN = "没有这张测评票，请核对票号。"
USED = "这张测评票已经用过，每张只能答一次。"
OVER = "这次测评已经结束，感谢您的参与。"
_dice = secrets.SystemRandom()


def new_code():
    """Return the code of a new slip, which is on no other."""
    return passwords.legible(LENGTH)


def digest_of_code(code):
    """Return the digest by which a slip is found, whatever dashes, blanks and capitals were typed."""
    return digest_of_text(f"slip:{''.join(code.split()).replace('-', '').lower()}")


@transaction.atomic
def print_slips(pk, group, number):
    """Make ``number`` slips for a group and return their codes, which nothing keeps."""
    survey = _locked(pk)
    codes = [new_code() for _ in range(number)]
    _stir(
        SurveySlip,
        survey,
        group,
        ("digest", "used"),
        [{"digest": digest_of_code(code), "used": False} for code in codes],
    )
    return codes


@transaction.atomic
def draw(pk, user_id, *, on):
    """Make the one slip of somebody on the roll and return its code. Raises ``Refused``."""
    survey = _locked(pk)
    row = SurveyInvitation.objects.select_for_update().filter(survey=survey, user=user_id, drew_slip=False).first()
    if row is None or not survey.takes_answers(on):
        raise Refused("您已经领取过测评票，或测评已经结束。")
    row.drew_slip = True
    row.save(update_fields=["drew_slip"])
    return print_slips(pk, row.group, 1)[0]


def find(code, *, on):
    """Return ``(survey, group)`` of a slip that can be used on the day ``on``. Raises ``Refused``."""
    slip = (
        SurveySlip.objects.filter(digest=digest_of_code(code)).select_related("survey__unit", "survey__scheme").first()
    )
    if slip is None:
        raise Refused(UNKNOWN, "code")
    if not slip.survey.takes_answers(on):
        raise Refused(OVER, "code")
    if slip.used:
        raise Refused(USED, "code")
    return slip.survey, slip.group


@transaction.atomic
def answer(code, choices, *, on):
    """Take one answer on the day ``on``: ``choices`` is question → code of the scale. Raises ``Refused``."""
    survey, group = find(code, on=on)
    survey = _locked(survey.pk)
    slip = SurveySlip.objects.filter(survey=survey, digest=digest_of_code(code), used=False).first()
    if slip is None or not survey.is_open:
        raise Refused(OVER if slip else USED, "code")
    questions = [question.code for question in survey.rules.questions]
    known = {item.code for item in survey.rules.scale}
    if set(choices) != set(questions) or not set(choices.values()) <= known:
        raise Refused("请每题选择一项；不了解的选“不了解”。", "choices")
    _stir(SurveySlip, survey, group, ("digest", "used"), [{"digest": slip.digest, "used": True}], gone=slip.pk)
    _stir(SurveyAnswer, survey, group, ("choices",), [{"choices": {code: choices[code] for code in questions}}])


@transaction.atomic
def destroy(survey):
    """Delete the roll, the slips and the answers of a closed survey. Its result stays."""
    for model in (SurveyInvitation, SurveySlip, SurveyAnswer):
        model.objects.filter(survey=survey).delete()


@transaction.atomic
def rewrite(survey):
    """Write all slips and answers of a survey anew, once nothing more comes in. The caller has locked it."""
    for model, names in ((SurveySlip, ("digest", "used")), (SurveyAnswer, ("choices",))):
        for group in model.objects.filter(survey=survey).order_by().values_list("group", flat=True).distinct():
            _stir(model, survey, group, names, [], crowd=None)


def _locked(pk):
    """The survey, locked: whoever stirs waits for whoever stirs before."""
    return Survey.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=pk)


def _stir(model, survey, group, names, new, *, gone=None, crowd=CROWD):
    """Write ``new`` rows together with others of the group, all under new keys and in random order.

    ``gone``: the row that one of them replaces. ``crowd``: how many others at most, None for all.
    """
    there = list(model.objects.filter(survey=survey, group=group).exclude(pk=gone).order_by().values("pk", *names))
    others = there if crowd is None else _dice.sample(there, min(crowd, len(there)))
    model.objects.filter(pk__in=[row["pk"] for row in others] + ([gone] if gone else [])).delete()
    rows = [{name: row[name] for name in names} for row in others] + new
    _dice.shuffle(rows)
    model.objects.bulk_create(
        [
            model(id=uuid.UUID(bytes=secrets.token_bytes(16), version=4), survey=survey, group=group, **row)
            for row in rows
        ]
    )
