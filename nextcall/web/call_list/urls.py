"""The addresses of calling a list."""

from django.urls import path

from nextcall.web.call_list import page

urlpatterns = [
    path("call-list/", page.call_list, name="call_list"),
    path("call-list/<int:lead_id>/skip/", page.skip, name="call_list_skip"),
    path("call-list/leave/", page.leave, name="call_list_leave"),
    path("call-list/ended/", page.ended, name="call_list_ended"),
]
