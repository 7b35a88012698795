"""URL patterns of the whole site, sorted by noun."""

from django.urls import include, path

from riskmgmt import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("", include("registers.urls")),
    path("", include("workflows.urls")),
]

handler400 = "registers.views.errors.bad_request"
handler403 = "registers.views.errors.forbidden"
handler404 = "registers.views.errors.not_found"
handler500 = "registers.views.errors.server_error"
