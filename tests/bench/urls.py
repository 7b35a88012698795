"""The site plus the floor that pages are measured against: a page that does nothing but know who is asking."""

from django.http import HttpResponse
from django.urls import include, path


def nothing(request):
    return HttpResponse(str(request.actor.user_id))


urlpatterns = [path("bench-nothing/", nothing), path("", include("riskmgmt.urls"))]
