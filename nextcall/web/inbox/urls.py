"""The addresses of Inbox."""

from django.urls import path

from nextcall.web.inbox import page

urlpatterns = [path("inbox/", page.inbox, name="inbox")]
