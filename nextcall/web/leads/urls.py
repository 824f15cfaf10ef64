"""The addresses of Leads."""

from django.urls import path

from nextcall.web.leads import add, change, export, lists, page

urlpatterns = [
    path("leads/", page.leads, name="leads"),
    path("leads/export.csv", export.export, name="leads_export"),
    path("leads/lists/", lists.save, name="leads_lists"),
    path("leads/lists/counts/", lists.counts, name="leads_lists_counts"),
    path("leads/lists/restore/", lists.restore, name="leads_lists_restore"),
    path("leads/lists/<int:pk>/", lists.change, name="leads_list"),
    path("leads/lists/<int:pk>/delete/", lists.delete, name="leads_list_delete"),
    path("leads/changes/", change.changes, name="leads_changes"),
    path("leads/changes/<int:pk>/", change.one, name="leads_change"),
    path("leads/changes/<int:pk>/choices/", change.choices, name="leads_change_choices"),
    path("leads/changes/<int:pk>/confirmation/", change.confirmation, name="leads_change_confirm"),
    path("leads/changes/<int:pk>/undo/", change.undo, name="leads_change_undo"),
    path("add-lead/", add.add_lead, name="add_lead"),
]
