"""A change that a page shows with what follows from it, before it is made."""

from registers import clock
from registers.refusals import Refused
from workflows import sweeping
from workflows.routing import foresight


def answered(request, form, plan):
    """Return ``(foresight, status)`` of what a page with a ``form`` was sent.

    ``(None, 302)`` once the change is made. ``plan``: cleaned data → (the change, the day from which it counts or None), and where it
    is not made yet (what plans it), as for ``settled``. A refusal stands at its field.
    """
    if request.method != "POST":
        return None, 200
    if not form.is_valid():
        return None, 422
    change, on, *later = plan(form.cleaned_data)
    try:
        seen = settled(request, change, *later, on=on)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None, 422
    if seen is None:
        return None, 302
    return seen, 409 if seen.changed else 200


def settled(request, change, later=None, *, on=None):
    """Make a change that was confirmed and return None, else return the ``Foresight`` of it.

    ``change``: a function without parameters. ``later``: plans it instead of making it. ``on``: the day from which it counts, today
    where that is earlier. It is made only where the form says what was seen (``seen``) and this is still what follows. What it
    raises comes through.
    """
    today = clock.today()
    seen = foresight.foresee(change, on=max(on or today, today))
    if "confirm" not in request.POST or request.POST.get("seen") != seen.digest:
        seen.changed = "confirm" in request.POST
        return seen
    if later is not None:
        later()
        return None
    change()
    sweeping.follow_staff(at=clock.now())
    return None
