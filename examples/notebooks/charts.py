"""How the charts of these notebooks look: legible on a light and on a dark page, in colours that all can tell apart."""

from typing import Any

import altair as alt

#: Grey that can be read on white and on black.
INK = "#7d7d7d"
#: After Okabe and Ito.
BLUE, ORANGE, VERMILION, GREY = "#0072B2", "#E69F00", "#D55E00", "#999999"
OUTCOMES = {"granted": BLUE, "needs_information": ORANGE, "denied": VERMILION}
SOURCE = "Incidents: Amaral, Fantinato and Peres (2018), UCI data set 498, CC BY 4.0. Contracts: invented."


@alt.theme.register("xtreme-rules", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """Quiet lines, no frame, no background."""
    lines: Any = {
        "labelColor": INK,
        "titleColor": INK,
        "titleFontWeight": "normal",
        "labelFontSize": 11,
        "titleFontSize": 11,
    }
    config: Any = {
        "background": "transparent",
        "font": "Arial, Liberation Sans, Helvetica, sans-serif",  # of one width, so that nothing is cut off
        "padding": {"left": 8, "top": 5, "right": 8, "bottom": 5},
        "facet": {"spacing": 22},
        "title": {
            "anchor": "start",
            "color": INK,
            "subtitleColor": INK,
            "fontSize": 15,
            "offset": 14,
        },
        "axis": {
            **lines,
            "domain": False,
            "ticks": False,
            "gridColor": INK,
            "gridOpacity": 0.25,
            "labelPadding": 6,
        },
        "axisY": {"grid": False},
        "legend": {
            **lines,
            "title": None,
            "orient": "top",
            "symbolType": "square",
            "columnPadding": 24,
        },
        "header": {
            **lines,
            "title": None,
            "labelFontSize": 12,
            "labelAnchor": "start",
            "labelOrient": "top",
            "labelPadding": 2,
        },
        "text": {"color": INK},
        "view": {"stroke": None},
    }
    return {"config": config}


def title(text: str, *below: str, source: str = SOURCE) -> alt.TitleParams:
    """What a chart shows; below it what is counted, and where that comes from."""
    return alt.TitleParams(text, subtitle=[*below, source])


def by_outcome(*outcomes: str) -> alt.Color:
    """The colour of an outcome, for those that there are."""
    scale = alt.Scale(domain=list(outcomes), range=[OUTCOMES[outcome] for outcome in outcomes])
    return alt.Color(
        "outcome:N",
        scale=scale,
        legend=alt.Legend(labelExpr="replace(datum.label, '_', ' ')"),
    )


# Pictures rather than scripts: they need no network, and stay in a notebook that is sent on.
alt.renderers.enable("svg")
