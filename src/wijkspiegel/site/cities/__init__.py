"""Municipalities and neighbourhoods: releases that were loaded, and the pages that show them."""
