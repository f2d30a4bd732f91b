"""What all tests share: where the real data lie, and a skip that says why when they are absent."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # the first call of a kernel compiles it
settings.load_profile("unhurried")

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared():  # type: ignore[no-untyped-def]
    """A function from a path below the shared data to that path; the test is skipped, with the reason, without it."""

    def find(relative: str) -> Path:
        path = SHARED / relative
        if not path.exists():
            pytest.skip(f"real data {relative} is not here (looked in {SHARED})")
        return path

    return find
