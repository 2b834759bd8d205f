"""Addresses of the floor itself (tests/guards/recipes.py)."""

OF_A_MOMENT = {"readyz": "says 503 where a part is not well, as in a test nothing is sealed"}
