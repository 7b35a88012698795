"""The project as an installed app, so that Django finds its system checks and its heartbeat task."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "riskmgmt"
    verbose_name = "廉政风险防控"

    def ready(self):
        from riskmgmt import deployment, health  # noqa: F401, PLC0415  the models it reads are not loaded before ready()
