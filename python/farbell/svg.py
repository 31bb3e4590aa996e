"""A small writer of SVG: marks of a diagram as text, names escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

__all__ = ["Canvas", "Diagram"]

Attribute = str | float


def _value(value: Attribute) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else escape(str(value), quote=True)


@dataclass(frozen=True, repr=False)
class Diagram:
    """A picture as SVG: shows itself in notebooks.

    Attributes
    ----------
    svg : str
        The picture.
    title : str
        What it shows.
    """

    svg: str
    title: str

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto">{self.svg}</div>'

    def __repr__(self) -> str:
        return f"<Diagram {self.title}>"

    def save(self, path: str | Path) -> Path:
        """Writes the picture to an SVG file.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Path
            The same.
        """
        file = Path(path)
        file.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + self.svg + "\n", encoding="utf-8")
        return file


class Canvas:
    """Marks in pixels, the first drawn lowest."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def mark(self, tag: str, tip: str, body: str, attributes: Mapping[str, Attribute]) -> None:
        """One element; `tip` is shown when one points at it, `body` is its text."""
        written = "".join(f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"' for name, value in attributes.items())
        inside = (f"<title>{escape(tip)}</title>" if tip else "") + escape(body)
        self._parts.append(f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, tip: str = "", **attributes: Attribute) -> None:
        self.mark("line", tip, "", {"x1": float(x1), "y1": float(y1), "x2": float(x2), "y2": float(y2), **attributes})

    def box(self, x: float, y: float, width: float, height: float, tip: str = "", **attributes: Attribute) -> None:
        size = {"width": float(width), "height": float(max(height, 0))}
        self.mark("rect", tip, "", {"x": float(x), "y": float(y), **size, **attributes})

    def text(self, x: float, y: float, text: str, **attributes: Attribute) -> None:
        """A text with a white rim, which keeps it legible over lines."""
        rim: dict[str, Attribute] = {"stroke": "#fff", "stroke_width": 3.0, "paint_order": "stroke", "stroke_linejoin": "round"}
        self.mark("text", "", text, {"x": float(x), "y": float(y), **rim, **attributes})

    def polygon(self, points: list[tuple[float, float]], tip: str = "", **attributes: Attribute) -> None:
        self.mark("polygon", tip, "", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points), **attributes})

    def dot(self, x: float, y: float, radius: float, color: str, tip: str = "") -> None:
        self.mark("circle", tip, "", {"cx": float(x), "cy": float(y), "r": float(radius), "fill": color})

    def arrow(self, x1: float, y1: float, x2: float, y2: float, color: str, tip: str = "", **attributes: Attribute) -> None:
        """A line with a head at its end."""
        self.line(x1, y1, x2, y2, tip, stroke=color, **attributes)
        length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-9)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        wings = [(x2 - 7 * ux - 3 * uy * s, y2 - 7 * uy + 3 * ux * s) for s in (1, -1)]
        self.polygon([(x2, y2), *wings], tip, fill=color)

    def svg(self, title: str) -> str:
        """The picture, on white."""
        width, height = _value(float(self.width)), _value(float(self.height))
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" style="max-width:100%;height:auto"'
        font = 'font-family="system-ui, sans-serif" font-size="12"'
        ground = f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {font}>{ground}{"".join(self._parts)}</svg>'
