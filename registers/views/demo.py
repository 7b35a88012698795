"""The demo's clock: walk through a year without waiting for it."""

from datetime import datetime, time

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from registers import audit, clock


class ClockForm(forms.Form):
    """The day the demo should show; the time of day goes on."""

    day = forms.DateField(label="演示日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean_day(self):
        day = self.cleaned_data["day"]
        if abs(day.year - timezone.localdate().year) > 2:  # noqa: PLR2004
            raise forms.ValidationError("演示日期应在前后两年以内。")
        return day


def demo_clock(request):
    """Show or move the demo's clock; exists only in a demo. Context: ``form``."""
    if not settings.DEMO:
        raise Http404
    form = ClockForm(request.POST or None, initial={"day": clock.today()})
    if request.method == "POST" and form.is_valid():
        moment = timezone.make_aware(datetime.combine(form.cleaned_data["day"], time(9, 0)))
        clock.set_demo(moment)
        audit.append("demo.clock", actor=request.actor, detail={"to": moment.isoformat()})
        messages.success(request, f"演示时钟已调到 {moment:%Y年%m月%d日}。到期的公示、开放和提醒会在一分钟内由后台办理。")
        return redirect("desk")
    return render(request, "registers/demo_clock.html", {"form": form}, status=422 if form.errors else 200)
