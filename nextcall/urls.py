"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from nextcall.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("", include("nextcall.hooks.urls")),
    path("", include("nextcall.web.urls")),
]
handler400 = "nextcall.web.errors.unreadable"
handler403 = "nextcall.web.errors.not_allowed"
handler404 = "nextcall.web.errors.not_found"
handler500 = "nextcall.web.errors.broken"
