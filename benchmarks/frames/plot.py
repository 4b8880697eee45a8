"""Draw what ``run.py --json`` wrote, as SVG: rows against seconds and against memory. ``plot.py FIGURES SVG``."""

import sys
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
from contenders import CONTENDERS

#: On a light and on a dark page.
INK = "#808080"
POWERS = [10.0**power for power in range(-3, 8)]
COLOURS = {
    "polars": "#1f77b4",
    "duckdb": "#e6a700",
    "numpy": "#2ca02c",
    "OpenFisca": "#9467bd",
    "pandas": "#d62728",
}


def chart(figures: pl.DataFrame) -> alt.HConcatChart:
    """Two panels side by side: the medians, a colour an engine, this library's lines solid and the others' dashed."""
    medians = figures.group_by("contender", "rows").median()
    names = [name for name in CONTENDERS if name in medians["contender"]]
    colours = [next(colour for word, colour in COLOURS.items() if word in name) for name in names]
    dashes = [[1, 0] if name.startswith("xtreme-rules") else [5, 3] for name in names]
    legend = alt.Legend(title=None, orient="bottom", columns=4, symbolType="stroke", symbolSize=500)

    def panel(value: str, title: str) -> alt.Chart:
        drawn: alt.Chart = (
            alt.Chart(medians, width=330, height=280)
            .mark_line(point=True)
            .encode(
                alt.X("rows:Q", title="rows").scale(type="log").axis(format="~s", values=POWERS),
                alt.Y(f"{value}:Q", title=title).scale(type="log", nice=False).axis(format="~g", values=POWERS),
                alt.Color("contender:N", legend=legend).scale(domain=names, range=colours),
                alt.StrokeDash("contender:N", legend=legend).scale(domain=names, range=dashes),
            )
        )
        return drawn

    both = alt.hconcat(panel("seconds", "seconds"), panel("mib", "MiB of memory"), background="transparent")
    lines: dict[str, Any] = dict.fromkeys(("labelColor", "titleColor", "gridColor", "domainColor", "tickColor"), INK)
    styled: alt.HConcatChart = (
        both.configure_axis(gridOpacity=0.25, **lines)
        .configure_legend(labelColor=INK, labelFontSize=11)
        .configure_view(stroke=None)
    )
    return styled


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    chart(pl.read_json(source)).save(target)
