"""What a member decides about a file, as a form and as intake's Choices."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms

from nextcall.intake.choices import Choices, Duplicates
from nextcall.intake.parsers import labels
from nextcall.team.models import Member
from nextcall.web.cadence_names import cadence_choices
from nextcall.web.permission import PermissionFields

DUPLICATES = (("merge", "Fill in what is missing"), ("skip", "Leave theirs as it is"), ("keep", "Add as a new inquiry"))


class ChoicesForm(PermissionFields):
    source = forms.CharField(max_length=80, required=False, label="Source", help_text="For rows that name none.")
    offer = forms.CharField(
        max_length=80, required=False, label="Offer", help_text="What they answered, for rows that name none."
    )
    cadence = forms.ChoiceField(
        required=False, label="Cadence", help_text="Decides whether anything is sent, and when."
    )
    owner = forms.ModelChoiceField(Member.objects.none(), required=False, label="Owner", empty_label="Nobody yet")
    attested_by = forms.CharField(
        max_length=120,
        required=False,
        label="Who attests it",
        help_text="Kept with the file\u2019s name and fingerprint as proof: everybody in it was given these words.",
    )
    sellers = forms.CharField(
        max_length=300,
        required=False,
        label="Seller named in the words",
        help_text="Left empty, it is you. Words that name another seller give you no permission.",
    )
    duplicates = forms.ChoiceField(choices=DUPLICATES, label="People you have already", widget=forms.RadioSelect)

    def __init__(self, *args: object, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, account=member.account, **kwargs)
        self.member = member
        owners = Member.objects.filter(account=member.account, is_active=True).order_by("name")
        if not member.manages:
            owners = owners.filter(pk=member.pk)
        cast("forms.ModelChoiceField[Member]", self.fields["owner"]).queryset = owners
        cast(forms.ChoiceField, self.fields["cadence"]).choices = [
            ("", "None: only store them"),
            *cadence_choices(member.account),
        ]

    def choices(self, columns: Mapping[int, str]) -> Choices:
        """With what was chosen for columns and problems, which are no fields of this form."""
        values, owner = self.cleaned_data, self.cleaned_data["owner"]
        return Choices(
            columns=columns,
            permission=self.permission(),
            source=values["source"],
            offer=values["offer"],
            owner_id=owner.pk if owner else None,
            cadence=values["cadence"],
            duplicates=cast(Duplicates, values["duplicates"]),
            area_code=self._area_code(),
            day_first=self._day_first(),
            skip=[
                key.removeprefix("problem_")
                for key, value in self.data.items()
                if key.startswith("problem_") and value == "skip"
            ],
        )

    def permission(self) -> dict[str, Any]:
        """With who attests it, and the sellers that the words name."""
        found = super().permission()
        if not found:
            return {}
        named = [name.strip() for name in self.cleaned_data["sellers"].split(",") if name.strip()]
        who = self.cleaned_data["attested_by"].strip() or self.member.name
        return {**found, "sellers": named or found["sellers"], "attested_by": who}

    def _area_code(self) -> str:
        if self.data.get("problem_no_area_code") != "area_code":
            return ""
        return "".join(letter for letter in str(self.data.get("problem_no_area_code_value", "")) if letter.isdigit())[
            :3
        ]

    def _day_first(self) -> bool | None:
        return {"day": True, "month": False}.get(str(self.data.get("dates", "")))


def chosen_columns(posted: Mapping[str, str], recognised: Mapping[int, str]) -> dict[int, str]:
    """Only what differs from what was recognised; a field that does not exist is not taken over."""
    known = {*labels.fields(), "", "ignore"}
    found = {index: posted.get(f"column_{index}", field) for index, field in recognised.items()}
    return {index: field for index, field in found.items() if field != recognised[index] and field in known}


def decided_so_far(kept: Mapping[str, Any], member: Member) -> Choices:
    """What was decided before; at first the company's cadence and the member as owner."""
    return Choices.from_json(kept) if kept else Choices(cadence=member.account.default_cadence, owner_id=member.pk)


def initial(choices: Choices, member: Member) -> dict[str, object]:
    """The form for decisions made before."""
    return {
        "source": choices.source,
        "offer": choices.offer,
        "duplicates": choices.duplicates,
        "cadence": choices.cadence,
        "owner": choices.owner_id,
        "channels": choices.permission.get("channels", []),
        "wording": choices.permission.get("wording", ""),
        "attested_by": choices.permission.get("attested_by", member.name),
        "sellers": ", ".join(choices.permission.get("sellers", [])),
    }
