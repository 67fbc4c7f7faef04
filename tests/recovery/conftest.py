"""The town of two services that tests of recovery take things away from."""

from tests.shared.towns import engines, town

__all__ = ["engines", "town"]
