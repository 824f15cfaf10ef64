"""The addresses of Leads."""

from django.urls import path

from nextcall.web.leads import add, page

urlpatterns = [path("leads/", page.leads, name="leads"), path("add-lead/", add.add_lead, name="add_lead")]
