"""The cases with PySAL `segregation`, in an interpreter of its own: WIJKSPIEGEL_PEER_PYTHON."""

import geopandas as gpd
import numpy as np
import pandas as pd
from segregation import multigroup, singlegroup
from segregation.batch import batch_compute_multigroup, batch_compute_singlegroup
from segregation.dynamics import compute_multiscalar_profile
from segregation.inference import SingleValueTest

from benchmarks import cities


def _frame(groups=None):
    counts, points = cities.people(), cities.points()
    names = [f"g{number}" for number in range(counts.shape[1])]
    frame = gpd.GeoDataFrame(
        counts, columns=names, geometry=gpd.points_from_xy(*points.T).buffer(50, quad_segs=1), crs=28992
    )
    frame["total"] = counts.sum(axis=1)
    return frame, names


def _plain():
    frame, names = _frame()
    return pd.DataFrame(frame.drop(columns="geometry")), names


def _multi(kind, **settings):
    def prepare():
        frame, names = _frame() if "distance" in settings else _plain()
        return lambda: float(getattr(multigroup, kind)(frame, groups=names, **settings).statistic)

    return prepare


def _inference(approach, draws):
    def prepare():
        frame, names = _frame() if approach == "evenness" else _plain()
        index = multigroup.MultiInfoTheory(frame, groups=names)

        def test():
            np.random.seed(1)
            found = SingleValueTest(index, iterations_under_null=draws, null_approach=approach, n_jobs=1)
            return float(np.mean(found.est_sim))

        return test

    return prepare


def _profile():
    frame, names = _frame()
    return lambda: list(
        compute_multiscalar_profile(
            gdf=frame, segregation_index=multigroup.MultiInfoTheory, groups=names, distances=[500, 1000, 2000, 4000]
        )
    )


def _decay():
    frame, _ = _frame()
    return lambda: float(singlegroup.DistanceDecayIsolation(frame, group_pop_var="g1", total_pop_var="total").statistic)


def _all_of_one():
    frame, _ = _frame()
    return lambda: len(batch_compute_singlegroup(frame, "g1", "total"))


def _all_of_all():
    frame, names = _frame()
    return lambda: len(batch_compute_multigroup(frame, names))


CASES = {
    "H": _multi("MultiInfoTheory"),
    "Gini": _multi("MultiGini"),
    "interval of H": _inference("bootstrap", 500),
    "chance level of H": _inference("evenness", 500),
    "chance level of H, by person": _inference("person_permutation", 1),
    "H within 2 km": _multi("MultiInfoTheory", distance=2000),
    "H at four radii": _profile,
    "isolation, distance decay to 5 km": _decay,
    "all indices of one group": _all_of_one,
    "all indices of all groups": _all_of_all,
}
SCALE = {"chance level of H, by person": 500}
