from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """What happens to what is on record."""

    name = "workflows"
    verbose_name = "业务流转"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # Policies, acts, kinds of jobs and paper sources register themselves; the app registry must be ready first.
        from workflows import acts, comparing, exports, minutes, policies, records, sources  # noqa: F401, PLC0415
