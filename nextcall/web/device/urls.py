"""Addresses."""

from django.urls import path

from nextcall.web.device import app, page

urlpatterns = [
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.service_worker, name="service_worker"),
    path("device/", page.device, name="device"),
    path("device/offline/", app.offline, name="offline"),
]
