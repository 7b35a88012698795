"""The public pages on which a slip is used.

They need no account and no script, and ask nobody who he is.

Nothing is written here but the answer itself. Whoever tries many wrong codes from one address has to wait.
"""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from registers import clock
from registers.refusals import Refused
from registers.text import digest_of_text
from workflows.supervision import answering

MOST_WRONG, WITHIN_SECONDS = 60, 600  # a whole hall may sit behind one address
WAIT = "从您所在的网络输错票号的次数过多，请十分钟以后再试。"


@login_not_required
@never_cache
@require_safe
def survey_enter(request):
    """Where the code of a slip is typed in. Context: ``code``, ``error``."""
    code = request.GET.get("code", "").strip()
    if not code:
        return render(request, "workflows/survey_enter.html", {"code": "", "error": ""})
    try:
        _find(request, code)
    except Refused as refused:
        return _refused(request, code, refused)
    return redirect("survey_answer", code=_bare(code))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey_answer(request, code):
    """The questions of a survey, and the answer.

    Context: ``survey``, ``questions`` (``label``, ``name``, ``chosen``), ``options``, ``error``, or ``done`` once it has been taken.
    """
    try:
        survey, _ = _find(request, code)
    except Refused as refused:
        return _refused(request, code, refused)
    if request.method != "POST":
        return _page(request, survey, {})
    chosen = {question.code: request.POST.get(f"q-{question.code}", "") for question in survey.rules.questions}
    try:
        answering.answer(code, chosen, on=clock.today())
    except Refused as refused:
        return _page(request, survey, chosen, error=str(refused), status=422)
    return render(request, "workflows/survey_answer.html", {"survey": survey, "done": True})


def _page(request, survey, chosen, *, error="", status=200):
    questions = [
        {
            "label": f"{number}. {question.label}",
            "name": f"q-{question.code}",
            "chosen": chosen.get(question.code, ""),
        }
        for number, question in enumerate(survey.rules.questions, 1)
    ]
    options = [(item.code, item.label) for item in survey.rules.scale]
    context = {"survey": survey, "questions": questions, "options": options, "error": error}
    return render(request, "workflows/survey_answer.html", context, status=status)


def _find(request, code):
    """Return what the code admits to, and count a wrong one. Raises ``Refused``."""
    counted = f"slips:{digest_of_text(request.META.get('REMOTE_ADDR', ''))[:32]}"
    if cache.get(counted, 0) >= MOST_WRONG:
        raise Refused(WAIT, "wait")
    try:
        return answering.find(code, on=clock.today())
    except Refused as refused:
        if str(refused) == answering.UNKNOWN:
            cache.add(counted, 0, WITHIN_SECONDS)
            cache.incr(counted)
        raise


def _refused(request, code, refused):
    status = 429 if refused.field == "wait" else 422
    context = {"code": code, "error": str(refused)}
    return render(request, "workflows/survey_enter.html", context, status=status)


def _bare(code):
    """The code without dashes and blanks, as it stands in an address."""
    return "".join(code.split()).replace("-", "").lower() or "-"
