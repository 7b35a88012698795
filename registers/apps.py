from django.apps import AppConfig

from registers import column_identity, prepared


class RegistersConfig(AppConfig):
    """What is on record."""

    name = "registers"
    verbose_name = "风险登记"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        column_identity.install()
        prepared.install()
        # Policies, kinds of jobs and sources of compiled papers register themselves once models exist.
        from registers import job_kinds, ledgers, policies, record_policies  # noqa: F401, PLC0415
        from registers.papers import sources  # noqa: F401, PLC0415
