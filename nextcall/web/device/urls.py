"""Addresses."""

from django.urls import path

from nextcall.web.device import page

urlpatterns = [path("device/", page.device, name="device")]
