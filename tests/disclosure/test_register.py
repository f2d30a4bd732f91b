"""The register: two releases do not tell together what neither tells alone."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.disclosure.test_protection import city_of, derive
from wijkspiegel.disclosure import Policy, protect
from wijkspiegel.errors import DisclosureError, InputError
from wijkspiegel.tables import Areas, City, Institution, exact

COUNTS = np.full((6, 7), 50.0)


def release(city: City, register: Path, policy: Policy | None = None) -> None:
    protect(city, derive, policy=policy or Policy(), register=register, created="2026-01-01")


def with_staff(city: City, moroccans: float) -> City:
    scheme = city.compositions[0].scheme
    parts = Areas("part", ("desk", "street"), ("desk", "street"), ("", ""))
    counts = np.full((2, 7), 40.0)
    counts[0, scheme.index("morocco")] = moroccans
    return replace(city, institutions=(Institution("Stadhuis", exact(parts, 2024, scheme, counts), "g"),))


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "inside" / "register.json"


def test_the_same_figures_again_are_recorded_once(register: Path) -> None:
    for _ in range(3):
        release(city_of(COUNTS), register)
    assert len(json.loads(register.read_text(encoding="utf-8"))["releases"]) == 1
    assert [path.name for path in register.parent.iterdir()] == ["register.json"]


def test_another_year_is_another_release(register: Path) -> None:
    release(city_of(COUNTS), register)
    city = city_of(COUNTS + 1)
    release(replace(city, compositions=tuple(replace(c, year=2025) for c in city.compositions)), register)
    assert len(json.loads(register.read_text(encoding="utf-8"))["releases"]) == 2


def test_a_difference_of_a_few_people_is_refused(register: Path) -> None:
    release(city_of(COUNTS), register)
    changed = COUNTS.copy()
    changed[2, 3] += 4
    with pytest.raises(DisclosureError, match="differ by fewer than 10 people"):
        release(city_of(changed), register)


def test_a_shifted_boundary_is_refused(register: Path) -> None:
    release(city_of(COUNTS, per_wijk=3), register)
    with pytest.raises(DisclosureError, match="over other areas"):
        release(city_of(COUNTS, per_wijk=2), register)


def test_a_scheme_more_or_less_is_refused(register: Path) -> None:
    release(city_of(COUNTS, nested=False), register)
    with pytest.raises(DisclosureError, match="by other levels, schemes or institutions"):
        release(city_of(COUNTS, nested=True), register)


def test_other_rules_are_refused(register: Path) -> None:
    release(city_of(COUNTS), register)
    with pytest.raises(DisclosureError, match=r"min_cell = 10, rounding = 5; now min_cell = 10, rounding = 10"):
        release(city_of(COUNTS), register, Policy(rounding=10))


def test_staff_are_in_the_register_too(register: Path) -> None:
    release(with_staff(city_of(COUNTS), 20), register)
    with pytest.raises(DisclosureError, match="Stadhuis differ by fewer than 10"):
        release(with_staff(city_of(COUNTS), 23), register)


def test_a_refused_release_is_not_recorded(register: Path) -> None:
    release(city_of(COUNTS), register)
    before = register.read_bytes()
    with pytest.raises(DisclosureError):
        release(city_of(COUNTS + 1), register)
    assert register.read_bytes() == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"releases"'])
def test_a_broken_register_is_left_as_it_is(content: str, register: Path) -> None:
    register.parent.mkdir()
    register.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"not a register of releases.*never start anew"):
        release(city_of(COUNTS), register)
    assert register.read_text(encoding="utf-8") == content


def test_a_register_in_use_is_waited_for(register: Path) -> None:
    release(city_of(COUNTS), register)
    lock = register.with_name("register.json.lock")
    lock.touch()
    with pytest.raises(InputError, match=r"another run is using the register.*remove register\.json\.lock"):
        release(city_of(COUNTS), register)
    lock.unlink()
    release(city_of(COUNTS), register)


def test_a_write_that_fails_leaves_the_register_whole(register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(city_of(COUNTS), register)
    before = register.read_bytes()

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        release(replace(city_of(COUNTS * 2), compositions=city_of(COUNTS * 2).compositions), register)
    assert register.read_bytes() == before
