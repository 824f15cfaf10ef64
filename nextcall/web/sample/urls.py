"""Addresses."""

from django.urls import URLPattern, path

from nextcall.web.sample import page

urlpatterns: list[URLPattern] = [
    path("sample/", page.sample, name="sample"),
    path("sample/remove/", page.remove, name="sample_remove"),
]
