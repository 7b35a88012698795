from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """The app of everything that changes the register: campaigns, submissions, reviews, messages."""

    name = "workflows"
    verbose_name = "业务流转"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # Policies, acts, kinds of jobs and paper sources register themselves; the app registry must be ready first.
        from workflows import acts, policies  # noqa: F401, PLC0415
        from workflows.campaign import repeated  # noqa: F401, PLC0415
        from workflows.compiled import (  # noqa: F401, PLC0415
            activities,
            assessments,
            binding,
            disclosures,
            duties,
            education,
            inspections,
            logs,
            materials,
            mechanisms,
            minutes,
            publications,
            rankings,
            sheets,
            summaries,
            volumes,
            warnings,
        )
        from workflows.progress import last_year, late_list  # noqa: F401, PLC0415
        from workflows.publicity import notices  # noqa: F401, PLC0415
        from workflows.routing import imported  # noqa: F401, PLC0415
        from workflows.supervision import points  # noqa: F401, PLC0415
