"""The same invented figures for everybody who is measured. numpy only: it also runs in the peer's interpreter."""

import numpy as np

AREAS, GROUPS = 14_000, 20
TOWNS = 300
GRID = (750, 600)
"""Cells of 100 m, 450,000 of them."""


def people(areas: int = AREAS, groups: int = GROUPS, seed: int = 1) -> np.ndarray:
    """[area, group], people: some 1,200 an area, one large group, segregated about as much as Dutch cities are."""
    rng = np.random.default_rng(seed)
    size = np.round(rng.lognormal(6.8, 0.8, areas)).astype(int) + 20
    shares = rng.dirichlet(np.r_[20.0, np.linspace(2, 0.3, groups - 1)], areas)
    return np.array([rng.multinomial(n, p) for n, p in zip(size, shares, strict=True)], dtype=np.float64)


def points(areas: int = AREAS, seed: int = 1) -> np.ndarray:
    """[area, 2], metres: in towns of some 3 km, spread over a country."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform((20_000, 320_000), (270_000, 600_000), (TOWNS, 2))
    return towns[rng.integers(0, TOWNS, areas)] + rng.normal(0, 3000, (areas, 2))


def grid(groups: int = 5, seed: int = 1) -> np.ndarray:
    """[row, column, group], people: some 20 a cell, a third of the cells empty."""
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(2.3, 0.8, (*GRID, 1)) * (rng.random((*GRID, 1)) > 0.33)
    return rng.poisson(mean * rng.dirichlet(np.r_[12.0, np.full(groups - 1, 1.0)], GRID)).astype(np.float64)
