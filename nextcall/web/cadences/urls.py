"""The addresses of Cadences."""

from django.urls import path

from nextcall.web.cadences import editor, halts, moving_leads, page, saving

urlpatterns = [
    path("cadences/", page.cadences, name="cadences"),
    path("new-cadence/", page.new, name="cadence_new"),
    path("halts/<int:halt_id>/end/", halts.resume, name="halt_resume"),
    path("cadence-file/", page.bring_in, name="cadence_bring_in"),
    path("cadences/<slug:slug>/", editor.editor, name="cadence"),
    path("cadences/<slug:slug>/change/", editor.change, name="cadence_change"),
    path("cadences/<slug:slug>/preview/", editor.preview, name="cadence_preview"),
    path("cadences/<slug:slug>/law/", editor.law, name="cadence_law"),
    path("cadences/<slug:slug>/file/", page.file, name="cadence_file"),
    path("cadences/<slug:slug>/copy/", page.copy, name="cadence_copy"),
    path("cadences/<slug:slug>/default/", page.default, name="cadence_default"),
    path("cadences/<slug:slug>/undo/", saving.undo, name="cadence_undo"),
    path("cadences/<slug:slug>/drop/", saving.drop, name="cadence_drop"),
    path("cadences/<slug:slug>/save/", saving.save, name="cadence_save"),
    path("cadences/<slug:slug>/versions/", saving.listed, name="cadence_versions"),
    path("cadences/<slug:slug>/versions/<int:number>/", saving.restore, name="cadence_restore"),
    path("cadences/<slug:slug>/leads/", moving_leads.move, name="cadence_move"),
    path("cadences/<slug:slug>/leads/<int:pk>/undo/", moving_leads.undo, name="cadence_move_undo"),
]
