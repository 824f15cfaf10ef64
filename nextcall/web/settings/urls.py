"""The addresses of the sections of Settings."""

from django.urls import path

from nextcall.web.settings import account, email, identity, lead_ins, members, notices, own_fields, profile, rules

urlpatterns = [
    path("", profile.profile, name="settings"),
    path("password/", profile.password, name="settings_password"),
    path("notices/", notices.notices, name="settings_notices"),
    path("notices/devices/", notices.device, name="settings_notice_device"),
    path("notices/devices/<int:pk>/removal/", notices.removal, name="settings_notice_removal"),
    path("notices/trial/", notices.trial, name="settings_notice_trial"),
    path("company/", account.account, name="settings_account"),
    path("company/own-fields/", own_fields.add, name="settings_account_own_fields"),
    path("company/own-fields/<str:key>/removal/", own_fields.removal, name="settings_account_own_field_removal"),
    path("identity/", identity.identity, name="settings_identity"),
    path("identity/company/", identity.company, name="settings_identity_company"),
    path("identity/members/<int:pk>/", identity.person, name="settings_identity_person"),
    path("identity/sources/<int:pk>/", identity.source, name="settings_identity_source"),
    path("identity/offers/<int:pk>/", identity.offer, name="settings_identity_offer"),
    path("email/", email.email, name="settings_email"),
    path("email/disconnection/", email.disconnection, name="settings_email_disconnection"),
    path("lead-ins/", lead_ins.lead_ins, name="settings_lead_ins"),
    path("lead-ins/<int:pk>/revocation/", lead_ins.revocation, name="settings_lead_in_revocation"),
    path("members/", members.members, name="settings_members"),
    path("members/<int:pk>/role/", members.role, name="settings_member_role"),
    path("members/<int:pk>/link/", members.sign_in_link, name="settings_member_link"),
    path("members/<int:pk>/deactivation/", members.deactivation, name="settings_member_deactivation"),
    path("members/<int:pk>/activation/", members.activation, name="settings_member_activation"),
    path("rules/", rules.rules, name="settings_rules"),
    path("rules/<str:rule_id>/", rules.rule, name="settings_rule"),
]
