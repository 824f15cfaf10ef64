"""The addresses of Proof."""

from django.urls import path

from nextcall.web.proof import one, page

urlpatterns = [
    path("proof/", page.proof, name="proof"),
    path("proof/<int:pk>/", one.one, name="proof_pack"),
    path("proof/<int:pk>/file/", one.file, name="proof_file"),
    path("leads/<int:lead_id>/proof/", one.of_lead, name="lead_proof"),
]
