"""Loading a release: whole or not at all, the same figures, and back again."""

from importlib import import_module
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.site.conftest import Account
from tests.site.releases import CITIES, figures
from wijkspiegel.disclosure import Policy, pack, part_of, protect_figures, unpack, write_release
from wijkspiegel.errors import InputError
from wijkspiegel.site.audit.models import Line
from wijkspiegel.site.cities import rules, standing
from wijkspiegel.site.cities.models import Area, City, Headline, Kind, Page, Part, Release
from wijkspiegel.site.people.rules import ConflictError

pytestmark = pytest.mark.django_db


def test_a_release_becomes_cities_with_their_figures(loaded: Release) -> None:
    assert sorted(City.objects.values_list("code", flat=True)) == list(CITIES)
    assert Area.objects.filter(part__city="GM0001").count() == 3
    told = figures().tables["diversity"].to_pylist()
    differ = {
        row["year"]: row["value"] for row in told
        if (row["area"], row["measure"], row["scheme"]) == ("GM0001", "differ", "origin")
    }  # fmt: skip
    kept = Headline.objects.filter(part__city="GM0001", measure="differ").values_list("year", "value")
    assert dict(kept) == differ


def test_the_part_of_a_city_is_a_release_of_its_own(loaded: Release) -> None:
    part = unpack(bytes(Part.objects.get(city="GM0002").package))
    assert part.about.subject == "GM0002"
    assert set(part.tables["composition"]["area"].to_pylist()) == {"GM0002", "BU2", "BU3"}
    whole = figures().tables["segregation"].to_pylist()
    assert part.tables["segregation"].to_pylist() == [row for row in whole if row["area"] == "GM0002"]


def test_a_part_of_a_part_is_about_one_neighbourhood() -> None:
    part = part_of(unpack(pack(part_of(figures(), "GM0002"))), "BU3")
    assert part.about.levels == ("buurt",)
    assert set(part.tables["composition"]["area"].to_pylist()) == {"BU3"}
    with pytest.raises(KeyError):
        part_of(part, "BU4")


def test_a_release_that_was_tampered_with_is_refused_and_nothing_is_loaded(tmp_path: Path) -> None:
    write_release(figures(), tmp_path)
    path = tmp_path / "composition.csv"
    path.write_text(path.read_text().replace("800", "801", 1))
    with pytest.raises(InputError, match="changed after"):
        rules.load(tmp_path)
    with pytest.raises(InputError, match="no release"):
        rules.load(tmp_path / "..")
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"x\.zip: this is no zip file"):
        rules.load(tmp_path / "x.zip")
    assert not Release.objects.exists()
    assert not City.objects.exists()


def test_a_release_of_a_conversation_is_refused_as_one_and_nothing_is_loaded(tmp_path: Path) -> None:
    conversation = protect_figures("Wat ons bindt", {}, policy=Policy())
    with pytest.raises(InputError, match="of a conversation and not of areas"):
        rules.load(write_release(conversation, tmp_path))
    assert not Release.objects.exists()


def test_a_load_that_fails_half_way_leaves_what_was_there(
    loaded: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_release(figures(1.5), tmp_path)

    def say(step: str) -> None:
        if "7 of 7" in step:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        rules.load(tmp_path, say=say)
    assert Release.objects.get() == loaded
    assert Part.objects.count() == len(CITIES)


def test_a_newer_load_is_shown_and_one_can_go_back(loaded: Release, tmp_path: Path, account: Account) -> None:
    newer = rules.load(write_release(figures(1.5), tmp_path))
    assert [one.pk for one in Release.objects.filter(is_current=True)] == [newer.pk]
    assert rules.best_part("amersvoort").release == newer
    with pytest.raises(PermissionDenied):
        rules.go_back(loaded, account("editor", city="GM0001"))
    rules.go_back(loaded, account("programme"))
    assert rules.best_part("amersvoort").release == loaded
    assert list(Line.objects.values_list("action", flat=True)) == [
        "release loaded",
        "release loaded",
        "release reverted to",
    ]


def test_what_was_loaded_before_municipalities_had_a_kind_gets_it(loaded: Release) -> None:
    kinds = dict(Part.objects.values_list("city", "kind"))
    assert set(kinds.values()) == {*Kind.values}
    Part.objects.update(kind="")
    old = Part.objects.get(city="GM0001")
    Part.objects.filter(pk=old.pk).update(package=b"of another layout")
    before = MigrationExecutor(connection).loader.project_state(("cities", "0002_kinds")).apps
    import_module("wijkspiegel.site.cities.migrations.0003_fill_kinds").fill(before, connection.schema_editor())
    assert dict(Part.objects.values_list("city", "kind")) == kinds | {"GM0001": ""}


def test_no_column_of_a_part_stands_behind_its_package() -> None:
    """SQLite would read every package to list cities."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, Part._meta.db_table)
    assert columns[-1].name == "package"


def test_the_same_release_is_loaded_once(loaded: Release, directory: Path, tmp_path: Path) -> None:
    (tmp_path / "release.zip").write_bytes(pack(figures()))
    assert rules.load(directory) == rules.load(tmp_path / "release.zip") == loaded
    assert Part.objects.count() == len(CITIES)


def test_a_citys_own_release_comes_before_that_of_many(loaded: Release, tmp_path: Path) -> None:
    own = rules.load(write_release(part_of(figures(1.2), "GM0001"), tmp_path))
    assert rules.best_part("amersvoort").release == own
    assert rules.best_part("delfzicht").release == loaded
    assert len(standing.cities_by("differ")) == len(CITIES)


def test_a_page_is_drawn_once_in_each_language(loaded: Release) -> None:
    first, second = (rules.shown("amersvoort", "BU0", "nl").html for _ in range(2))
    assert first == second
    assert Page.objects.count() == 1
    assert rules.shown("amersvoort", "BU0", "en").html != first
    assert Page.objects.count() == 2


def test_cities_stand_from_high_to_low_with_their_intervals(loaded: Release) -> None:
    listed = standing.cities_by("differ")
    values = [one.value for one in listed if one.value is not None]
    assert values == sorted(values, reverse=True)
    assert all(one.lower <= one.value <= one.upper for one in listed if one.lower and one.upper and one.value)


def test_two_editors_at_once_overwrite_nothing(loaded: Release, account: Account) -> None:
    editor = account("editor", city="GM0001")
    assert rules.write_approach("GM0001", "Wij", 0, editor).version == 1
    with pytest.raises(ConflictError):
        rules.write_approach("GM0001", "Zij", 0, editor)
    with pytest.raises(PermissionDenied):
        rules.write_approach("GM0002", "Wij", 0, editor)
    assert City.objects.get(code="GM0001").approach == "Wij"
