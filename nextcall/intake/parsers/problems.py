"""The causes for which a value or a row cannot be used, with the words that people read."""

SAYS = {
    "number_destroyed": "number destroyed by spreadsheet",
    "no_area_code": "phone lacks an area code",
    "bad_phone": "phone number cannot be dialled",
    "bad_email": "email address cannot be right",
    "bad_date": "date not understood",
    "no_reach": "no phone number and no email address that can be used",
    "unterminated_quote": "unterminated quote",
    "too_long": "row has more cells than there are columns",
    "duplicate": "already in the list",
}


def says(cause: str, example: str = "") -> str:
    """ "number destroyed by spreadsheet (5.03555E+09)" """
    return f"{SAYS[cause]} ({example})" if example else SAYS[cause]
