"""The page about four cities is what its command makes of the published figures."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_its_command_makes(shared) -> None:  # type: ignore[no-untyped-def]
    files = [
        shared("kwb2017_83765NED_origin_csv/indicators_buurt_wijk_gemeente.csv"),
        shared("kwb2020_84799NED/cbs.v3.84799NED_TypedDataSet.parquet"),
        shared("kwb2022_85318NED_origin_json/85318NED_UntypedDataSet.csv"),
        shared("gemeente_herkomst_85458NED_2022_2025/gemeente_herkomst_wide.csv"),
    ]
    made = runpy.run_path(str(DOCS / "four_cities.py"))["page"](files)
    assert made == (DOCS / "explanation" / "four-cities.md").read_text(encoding="utf-8")


def test_the_interval_of_a_difference_by_hand() -> None:
    estimate = runpy.run_path(str(DOCS / "four_cities.py"))["Estimate"]
    change = estimate(0.5, 0.47, 0.54) - estimate(0.3, 0.26, 0.33)
    assert change.written() == "0.200 (0.158 to 0.257)"  # below: root of 0.03² + 0.03², above: root of 0.04² + 0.04²
    assert (estimate(2.0) - estimate(1.0)).written(1, signed=True) == "+1.0 (+1.0 to +1.0)"
