# SPDX-License-Identifier: GPL-3.0-or-later
"""Bar charts as SVG text: grouped horizontal bars with their values, readable on light and dark paper."""

from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 760, 250, 90
BAR, GAP, GROUP = 16, 3, 14
TOP = 62
COLOURS = (("#2a6fb0", "#6cb2f0"), ("#c2571a", "#f0975a"), ("#3c8a4e", "#7ecb8f"), ("#7a4fa3", "#bb94e0"), ("#8a7a1f", "#d3c25a"))


def style():
    def rules(which):
        text, line = (("#24292f", "#8c959f"), ("#d9dee3", "#7d8590"))[which]
        bars = "".join(f".s{number}{{fill:{pair[which]}}}" for number, pair in enumerate(COLOURS))
        return f"text{{fill:{text}}}.axis{{stroke:{line}}}.limit{{stroke:{text};stroke-dasharray:4 3}}{bars}"
    return ("<style>text{font:13px sans-serif}.title{font-weight:bold;font-size:15px}"
            f"{rules(0)}@media (prefers-color-scheme:dark){{{rules(1)}}}</style>")


def figure(value):
    """Format a number with about three significant digits."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def text(x, y, words, kind="", anchor="start"):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(words)}</text>'


def describe(chart):
    """Describe the chart's values in words, for screen readers."""
    parts = []
    for number, label in enumerate(chart["labels"]):
        values = ", ".join(f"{series['name']} {figure(series['values'][number])}" for series in chart["series"]
                           if series["values"][number] is not None)
        parts.append(f"{label}: {values or 'not measured'}")
    limit = f" The limit is {figure(chart['limit'])}." if chart.get("limit") is not None else ""
    return f"In {chart['unit']}. " + "; ".join(parts) + "." + limit


def bars(chart, scale):
    """The elements of all groups, and the height at which they end."""
    made, y = [], TOP
    for number, label in enumerate(chart["labels"]):
        height = len(chart["series"]) * (BAR + GAP)
        made.append(text(LEFT - 10, y + height / 2 + 3, label, anchor="end"))
        for order, series in enumerate(chart["series"]):
            value = series["values"][number]
            if value is not None:
                made.append(f'<rect class="s{order % len(COLOURS)}" x="{LEFT}" y="{y}" width="{max(1.0, value * scale):.1f}" height="{BAR}"/>')
                made.append(text(LEFT + value * scale + 6, y + BAR - 4, figure(value)))
            y += BAR + GAP
        y += GROUP
    return made, y


def legend(chart):
    made, x = [], LEFT
    for order, series in enumerate(chart["series"]):
        made.append(f'<rect class="s{order % len(COLOURS)}" x="{x}" y="34" width="12" height="12"/>')
        made.append(text(x + 17, 45, series["name"]))
        x += 40 + 7.5 * len(series["name"])
    return made


def svg(chart):
    values = [value for series in chart["series"] for value in series["values"] if value is not None]
    limit = chart.get("limit")
    scale = (WIDTH - LEFT - RIGHT) / max([*values, limit or 0, 1e-9])
    made, end = bars(chart, scale)
    made.append(f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP - 6}" y2="{end - GROUP + 4}"/>')
    if limit is not None:
        x = LEFT + limit * scale
        made.append(f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{end - GROUP + 4}"/>')
        made.append(text(x, end + 8, f"limit {figure(limit)}", anchor="middle"))
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end + 16}" width="{WIDTH}" height="{end + 16}" '
                      'role="img" aria-labelledby="title desc">',
                      f'<title id="title">{escape(chart["title"])}</title>', f'<desc id="desc">{escape(describe(chart))}</desc>',
                      style(), text(10, 22, f"{chart['title']} ({chart['unit']})", "title"), *legend(chart), *made, "</svg>", ""])
