"""The addresses of Cadences."""

from django.urls import path

from nextcall.web.cadences import page

urlpatterns = [path("cadences/", page.cadences, name="cadences")]
