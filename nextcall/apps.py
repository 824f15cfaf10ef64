"""The one installed app: all rooms share one migration history."""

from django.apps import AppConfig


class NextcallConfig(AppConfig):
    name = "nextcall"
    default_auto_field = "django.db.models.BigAutoField"
