"""SVG as text: lines, areas, bars, dots and words on a plane of numbers. No library, no script, no font file.

Only shapes belong here; what they mean is said by the drawings beside this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import floor, log10
from xml.sax.saxutils import escape

INK, SOFT, GRID = "#1f2933", "#616e7c", "#d9dfe5"
BLUE, SKY, GREEN, RED, GREY, AMBER = "#1b6ca8", "#bcdcf2", "#2e7d4f", "#b3372f", "#8a949e", "#b9770e"
Point = tuple[float, float]


@dataclass(slots=True)
class Drawing:
    """A picture of `width` x `height` with a plane inside its margins; `x` and `y` are the plane's ranges."""

    title: str
    says: str
    x: tuple[float, float]
    y: tuple[float, float]
    width: int = 860
    height: int = 440
    margins: tuple[int, int, int, int] = (64, 28, 64, 96)
    parts: list[str] = field(default_factory=list)
    """Margins: top, right, bottom, left."""

    @property
    def lowest(self) -> float:
        """How far down the plane reaches, in pixels."""
        return self.height - self.margins[2]

    def place(self, point: Point) -> Point:
        """From the plane's numbers to the picture's."""
        top, right, bottom, left = self.margins
        across = (point[0] - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (point[1] - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        return (
            round(left + across * (self.width - left - right), 2),
            round(self.height - bottom - up * (self.height - top - bottom), 2),
        )

    def line(self, points: Iterable[Point], colour: str, *, wide: float = 2, dashes: str = "") -> None:
        """A line through the points."""
        told = " ".join(f"{x},{y}" for x, y in map(self.place, points))
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="{wide}"{dashed}/>')

    def area(self, points: Iterable[Point], colour: str) -> None:
        """The area within the points."""
        told = " ".join(f"{x},{y}" for x, y in map(self.place, points))
        self.parts.append(f'<polygon points="{told}" fill="{colour}"/>')

    def bar(self, left: Point, right: Point, colour: str, says: str) -> None:
        """A rectangle between two corners, with what a pointer over it tells."""
        (x0, y0), (x1, y1) = self.place(left), self.place(right)
        shape = (
            f'x="{min(x0, x1)}" y="{min(y0, y1)}" width="{round(abs(x1 - x0), 2)}" height="{round(abs(y1 - y0), 2)}"'
        )
        self.parts.append(f'<rect {shape} fill="{colour}"><title>{escape(says)}</title></rect>')

    def dot(self, point: Point, colour: str, size: float, says: str) -> None:
        """A disc."""
        x, y = self.place(point)
        shape = f'cx="{x}" cy="{y}" r="{round(size, 2)}"'
        self.parts.append(f'<circle {shape} fill="{colour}"><title>{escape(says)}</title></circle>')

    def words(
        self,
        point: Point,
        text: str,
        *,
        colour: str = INK,
        anchor: str = "middle",
        shift: Point = (0, 0),
        size: int = 12,
    ) -> None:
        """Text at a point of the plane, moved by so many pixels."""
        x, y = self.place(point)
        at = f'x="{round(x + shift[0], 2)}" y="{round(y + shift[1], 2)}"'
        self.parts.append(f'<text {at} font-size="{size}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>')

    def rule(self, ticks: Sequence[float], labels: Sequence[str]) -> None:
        """Level lines with their labels on the left."""
        for tick, label in zip(ticks, labels, strict=True):
            self.line([(self.x[0], tick), (self.x[1], tick)], GRID, wide=1)
            self.words((self.x[0], tick), label, colour=SOFT, anchor="end", shift=(-8, 4))

    def text(self) -> str:
        """The whole file."""
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'width="{self.width}" height="{self.height}" font-family="Helvetica, Arial, sans-serif">\n'
            f"<title>{escape(self.title)}</title>\n<desc>{escape(self.says)}</desc>\n"
            f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>\n'
            f'<text x="24" y="28" font-size="17" fill="{INK}">{escape(self.title)}</text>\n'
            f'<text x="24" y="47" font-size="12" fill="{SOFT}">{escape(self.says)}</text>\n{body}\n</svg>\n'
        )


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from just below `low` to just above `high`."""
    if high <= low:
        high = low + 1
    rough = (high - low) / wanted
    size = 10 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first, last = floor(low / step), -floor(-high / step)
    return [round(step * n, 10) for n in range(first, last + 1)]


def short(amount: float) -> str:
    """An amount as an axis has room for it."""
    for size, unit in ((1e9, " bn"), (1e6, " m"), (1e3, " k")):
        if abs(amount) >= size:
            return f"{amount / size:,.2f}".rstrip("0").rstrip(".") + unit
    return f"{amount:,.2f}".rstrip("0").rstrip(".")
