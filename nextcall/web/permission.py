"""Asking for permission: which channels, and the exact words it was given with."""

from typing import Any

from django import forms

from nextcall.team.models import Account

CHANNELS = (("call", "Calls"), ("text", "Texts"), ("email", "Email"), ("voicemail", "Voicemail"))
# Names the seller and the means, says that it is no condition, as prior express written consent must (US-03).
DEFAULT_WORDING = (
    "I agree that {seller} may contact me by phone, text and email about my request, also with automated means."
    " Consent is no condition of a purchase. Message and data rates may apply. Reply STOP at any time to end texts."
)


class PermissionFields(forms.Form):
    """Channels and wording. Without a wording nothing is written down as permission."""

    channels = forms.MultipleChoiceField(
        choices=CHANNELS, required=False, label="Permission was given for", widget=forms.CheckboxSelectMultiple
    )
    wording = forms.CharField(
        max_length=2000,
        required=False,
        label="Exactly as they read it",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The words beside the box they ticked, or what they said. Kept as proof.",
    )

    def __init__(self, *args: object, account: Account, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.account = account

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("channels") and not (values.get("wording") or "").strip():
            self.add_error(
                "wording", "Permission needs the words it was given with. Paste them, or untick the channels."
            )
        return values

    def permission(self) -> dict[str, Any]:
        """{"channels", "wording", "sellers"} as keys and imports keep it; empty when no channel is ticked."""
        if not self.cleaned_data["channels"]:
            return {}
        seller = self.account.seller_name or self.account.name
        wording = self.cleaned_data["wording"].strip()
        return {"channels": self.cleaned_data["channels"], "wording": wording, "sellers": [seller]}
