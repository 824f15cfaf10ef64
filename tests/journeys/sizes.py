"""At which sizes a journey is told: numbered checks at both, the rest where it matters, each theme at one."""

import pytest

ON_A_PHONE = pytest.mark.parametrize("page", ["phone"], indirect=True)
ON_A_DESKTOP = pytest.mark.parametrize("page", ["desktop"], indirect=True)
IN_BOTH_THEMES = pytest.mark.parametrize(
    ("page", "theme"), [("phone", "dark"), ("desktop", "light")], indirect=["page"], ids=["phone-dark", "desktop-light"]
)
