"""The one installed app: all rooms share one migration history."""

from django.apps import AppConfig
from django.core.checks import register


class NextcallConfig(AppConfig):
    name = "nextcall"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from nextcall import checks

        register(checks.everything)
