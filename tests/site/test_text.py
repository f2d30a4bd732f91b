"""Numbers as people of the language read them."""

import pytest
from django.utils.translation import override

from wijkspiegel.site.text import of_hundred, percent


@pytest.mark.parametrize(
    ("share", "digits", "nl"),
    [(0.759, 0, "76"), (0.29, 1, "29,0"), (0.12345, 1, "12,3"), (1.0, 0, "100"), (None, 0, "–")],
)
def test_a_share_is_rounded_and_never_cut_off(share: float | None, digits: int, nl: str) -> None:
    with override("nl"):
        assert of_hundred(share, digits) == nl
        assert percent(share, digits) == (nl if share is None else f"{nl}\u00a0%")
