"""The page of the demo's clock, to walk through a year without waiting for it."""

from collections import defaultdict
from datetime import datetime, time

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registers import audit, clock
from registers.models import Scheme


class ClockForm(forms.Form):
    """The form for the day that the demo should show. The time of day goes on."""

    day = forms.DateField(
        label="演示日期",
        error_messages={"required": "请选择日期。", "invalid": "日期无法识别，请写成 2026-09-30 的样式。"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_day(self):
        day = self.cleaned_data["day"]
        if abs(day.year - timezone.localdate().year) > 2:
            raise forms.ValidationError("演示日期应在前后两年以内。")
        return day


@require_http_methods(["GET", "HEAD", "POST"])
def demo_clock(request):
    """Show or move the demo's clock.

    The page exists only in a demo.
    Context: ``form``, ``day`` as typed, ``days`` worth going to as (date, labels).
    """
    if not settings.DEMO:
        raise Http404
    form = ClockForm(request.POST or None, initial={"day": clock.today()})
    if request.method == "POST" and form.is_valid():
        moment = timezone.make_aware(datetime.combine(form.cleaned_data["day"], time(9, 0)))
        clock.set_demo(moment)
        audit.append("demo.clock", actor=request.actor, detail={"to": moment.isoformat()})
        day = f"{moment.year}年{moment.month}月{moment.day}日"
        messages.success(request, f"演示时钟已调到{day}。到期的公示、开放和提醒会在一分钟内由后台办理。")
        return redirect("desk")
    context = {"form": form, "day": str(form["day"].value() or ""), "days": _turning_days(request)}
    return render(request, "registers/demo_clock.html", context, status=422 if form.errors else 200)


def _turning_days(request):
    """Return the days of this year on which a phase starts, a task opens or is due: ``(date, labels)``."""
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    if scheme is None:
        return []
    year = clock.today().year
    days = defaultdict(list)
    for phase in scheme.rules.phases:
        if phase.start:
            days[phase.start.on(year)].append(f"{phase.label}开始")
    for task in scheme.rules.tasks:
        if task.opens:
            days[task.opens.on(year)].append(f"{task.label}开放填报")
        if task.due:
            days[task.due.on(year)].append(f"{task.label}截止")
    return sorted(days.items())
