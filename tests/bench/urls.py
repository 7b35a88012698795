"""The site's URLs plus a page that does nothing but read who is asking.

Other pages are measured against it.
"""

from django.http import HttpResponse
from django.urls import include, path


def nothing(request):
    return HttpResponse(str(request.actor.user_id))


urlpatterns = [path("bench-nothing/", nothing), path("", include("riskmgmt.urls"))]
