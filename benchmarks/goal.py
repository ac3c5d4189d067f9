"""A goal of the portal's speed, and the line that says whether it is met."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """What the product and its floor measured in the same run, in one unit, and whether the goal is met.

    `ratio` is product to floor, whichever of the two should be the greater.
    """

    code: str
    product: float
    floor: float
    ratio: float
    met: bool

    @classmethod
    def at_most(cls, code: str, product: float, floor: float, ratio: float) -> "Goal":
        """Met while product / floor does not pass `ratio`."""
        return cls(code, product, floor, product / floor, product / floor <= ratio)

    @classmethod
    def at_least(cls, code: str, product: float, floor: float, ratio: float) -> "Goal":
        """Met from product / floor = `ratio` on."""
        return cls(code, product, floor, product / floor, product / floor >= ratio)

    def __str__(self) -> str:
        return f"{self.code} {self.product:.4g} {self.floor:.4g} {self.ratio:.4g} {'met' if self.met else 'missed'}"
