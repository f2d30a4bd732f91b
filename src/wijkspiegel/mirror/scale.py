"""The same index at growing scales: how far people live apart, street by street or side of town by side of town."""

import pyarrow as pa

from wijkspiegel.disclosure import join_tables
from wijkspiegel.tables import City


def profile_table(city: City) -> pa.Table:
    return join_tables("profile", [])
