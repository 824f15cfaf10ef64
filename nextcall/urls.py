"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("nextcall.web.urls")),
]
handler400 = "nextcall.web.errors.unreadable"
handler403 = "nextcall.web.errors.not_allowed"
handler404 = "nextcall.web.errors.not_found"
handler500 = "nextcall.web.errors.broken"
