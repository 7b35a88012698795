from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """What is on record."""

    name = "registers"
    verbose_name = "风险登记"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from registers import policies  # noqa: F401, PLC0415 (policies register themselves once models exist)
