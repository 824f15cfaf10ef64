"""Numbers and addresses that nobody has: kept free for stories like the sample's."""

import re

from nextcall.intake.parsers.new_lead import NewLead
from nextcall.team.models import Account

NUMBER = re.compile(r"\+1[2-9]\d{2}55501\d{2}")  # 555-0100 to 555-0199, in the North American Numbering Plan
DOMAINS = ("example.com", "example.org", "example.net")  # RFC 2606


def made_up(new_lead: NewLead, account: Account) -> bool:
    """Whether somebody who wrote to an account with a sample is one of its invented people."""
    numbers = [NUMBER.fullmatch(number.e164) is not None for number in new_lead.phones]
    addresses = [address.value.lower().rpartition("@")[2] in DOMAINS for address in new_lead.emails]
    return account.sample_at is not None and all(numbers + addresses)
