"""All contact tables of a release at once leave room for what they withhold."""

import numpy as np
import pytest

from tests.disclosure.attacker_of_contacts import attack_contacts
from wijkspiegel.mirror import look_into
from wijkspiegel.schemes import ORIGIN
from wijkspiegel.tables import Areas, City, Contacts, exact

FEW = 10
ROUNDING = 5


def city(seed: int) -> City:
    """Three areas of a city, in which one group is small; of some pairs of groups few people have a contact."""
    rng = np.random.default_rng(seed)
    sizes = rng.multinomial(400, [0.55, 0.4, 0.05])
    group = np.repeat([0, 1, 2], sizes)
    area = rng.integers(0, 3, len(group))
    residents = np.zeros((3, 3))
    np.add.at(residents, (area, group), 1)
    counts = np.array([rng.multinomial(rng.integers(2, 9), ([0.8, 0.19, 0.01], [0.3, 0.66, 0.04], [0.4, 0.4, 0.2])[one])
                       for one in group])  # fmt: skip
    parts = Areas("buurt", ("a0", "a1", "a2"), ("a0", "a1", "a2"), ("G",) * 3)
    contacts = Contacts(
        parts, 2024, ORIGIN, area, group, {"friends": counts}, np.ones(len(group)),
        np.zeros(len(group), dtype=np.int64), np.arange(len(group)), False,
    )  # fmt: skip
    whole = exact(Areas("gemeente", ("G",), ("G",), ("",)), 2024, ORIGIN, residents.sum(axis=0, keepdims=True))
    known = (whole, exact(parts, 2024, ORIGIN, residents))
    return City("Stad", ("gemeente", "buurt"), "gemeente", known, (), False, "G", contacts=(contacts,))


@pytest.mark.parametrize("seed", range(12))
def test_what_few_people_account_for_can_be_many_numbers(seed: int) -> None:
    found = city(seed)
    contacts = found.contacts[0]
    release = look_into(found)
    people = {
        code: dict(zip(ORIGIN.groups, row.tolist(), strict=True))
        for composition in found.compositions
        for code, row in zip(composition.areas.codes, composition.counts, strict=True)
    }
    guesses = attack_contacts(release.tables, dict.fromkeys(("a0", "a1", "a2"), "G"), people, ROUNDING)
    assert guesses
    for guess in guesses:
        here = contacts.area == ("a0", "a1", "a2").index(guess.area) if guess.area != "G" else contacts.area >= 0
        some = contacts.counts["friends"][here & (contacts.group == ORIGIN.groups.index(guess.scheme))]
        told = some[:, ORIGIN.groups.index(guess.group)]
        assert guess.least - 1e-6 <= told.sum() <= guess.most + 1e-6
        if 0 < (told > 0).sum() < FEW:
            assert guess.width >= FEW, guess
