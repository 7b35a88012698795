"""Which of several running campaigns a page is about: that of ``?year=``, else the latest.

A year may be opened while another still runs; then every page of a running campaign offers both.
"""

from dataclasses import dataclass, field

from django.http import Http404

from workflows.models import Campaign
from workflows.progress import figures


@dataclass(frozen=True)
class Years:
    """The running campaign of a page (None while none runs), and how to get to the others.

    ``query``: what the addresses of the page's own forms and links need to stay with it, empty for the latest. ``tabs``: (year,
    address, is this one), empty where there is nothing to choose.
    """

    campaign: Campaign | None
    query: str = ""
    tabs: list = field(default_factory=list)

    @property
    def more(self):
        """The same as ``query``, to stand behind another parameter."""
        return self.query.replace("?", "&")


def years(request):
    """Return the ``Years`` of a request. Raises ``Http404`` for a year of which no campaign runs."""
    running = Campaign.objects.visible_to(request.actor).filter(state=Campaign.State.OPEN)
    running = list(running.select_related("scheme", "institution").defer("scheme__document", "scheme__source"))
    asked = request.GET.get("year", "")
    campaign = figures.chosen(running, asked)
    if campaign is None and figures.is_year(asked):
        raise Http404
    if len(running) < 2:
        return Years(campaign)
    tabs = [(one.year, f"?year={one.year}", one == campaign) for one in running]
    return Years(campaign, "" if campaign == running[0] else f"?year={campaign.year}", tabs)
