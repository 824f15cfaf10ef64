"""What a column of a file may mean, in words, grouped as people look for it."""

from nextcall.intake.parsers import labels

Groups = list[tuple[str, list[tuple[str, str]]]]
WORDS: Groups = [
    ("Keep or leave", [("", "Keep it as an answer"), ("ignore", "Leave it out")]),
    (
        "Name",
        [
            ("full_name", "Name"),
            ("given_name", "First name"),
            ("family_name", "Last name"),
            ("middle_name", "Middle name"),
            ("family_name_2", "Second last name"),
            ("salutation", "Title"),
            ("suffix", "Suffix"),
            ("company", "Company"),
        ],
    ),
    (
        "Reach",
        [
            ("phone", "Phone"),
            ("phone_mobile", "Mobile phone"),
            ("phone_home", "Home phone"),
            ("phone_work", "Work phone"),
            ("extension", "Extension"),
            ("email", "Email"),
        ],
    ),
    (
        "Address",
        [
            ("street", "Street"),
            ("street_2", "Street, second line"),
            ("city", "City"),
            ("region", "State"),
            ("postal_code", "ZIP"),
            ("country", "Country"),
        ],
    ),
    (
        "The inquiry",
        [
            ("message", "Their words"),
            ("source", "Source"),
            ("offer", "Offer"),
            ("received_at", "When they asked"),
            ("received_time", "Time of day they asked"),
            ("stage", "Stage"),
            ("owner", "Owner"),
            ("external_id", "Number in the other system"),
            ("attempts", "Tries so far"),
            ("latest_activity_at", "Latest activity"),
            ("bought_at", "When they bought"),
        ],
    ),
    (
        "Permission",
        [
            ("consent", "Permitted"),
            ("consent_call", "Calls permitted"),
            ("consent_text", "Texts permitted"),
            ("consent_email", "Email permitted"),
            ("consent_wording", "Words of the permission"),
            ("consent_at", "When they permitted"),
            ("opt_out", "Asked us to stop"),
            ("opt_out_call", "No calls"),
            ("opt_out_text", "No texts"),
            ("opt_out_email", "No email"),
            ("subscribed", "Subscribed"),
            ("ip", "IP address"),
            ("url", "Page of the form"),
        ],
    ),
    (
        "What they want",
        [
            ("interest.timeframe", "Time frame"),
            ("interest.budget", "Budget"),
            ("interest.property", "Property"),
            ("interest.home_value", "Value of the home"),
            ("interest.loan_amount", "Loan amount"),
            ("interest.loan_purpose", "Purpose of the loan"),
            ("interest.credit", "Credit"),
            ("interest.appointment", "Appointment"),
        ],
    ),
]


def field_groups() -> Groups:
    """Every field that the parsers know; one without a word of ours is offered under its own name."""
    named = {field for _, fields in WORDS for field, _ in fields}
    others = [(field, field.replace("_", " ").capitalize()) for field in labels.fields() if field not in named]
    return [*WORDS, ("Others", others)] if others else WORDS
