"""Draws growth: seconds and peak memory against rows, both axes logarithmic, as SVG."""

import math

WIDTH, HEIGHT = 760, 320
PANEL, GAP, LEFT, TOP, BOTTOM = 290, 90, 60, 40, 50
COLOURS = {"train": "#1f5fa8", "score": "#b5541c"}


def decades(values):
    """The powers of ten round the values: (least, most)."""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def place(value, low, high, start, end):
    return start + (math.log10(value) - low) / (high - low) * (end - start)


def label(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def text(x, y, words, anchor="middle", colour="#333", size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}">{words}</text>'


def axes(left, xs, ys, title):
    """Grid, labels and title of a panel."""
    bottom, right = HEIGHT - BOTTOM, left + PANEL
    parts = [text(left, TOP - 16, title, "start", "#111", 13)]
    for power in range(xs[0], xs[1] + 1):
        x = place(10.0**power, *xs, left, right)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(text(x, bottom + 18, label(10.0**power), size=11))
    for power in range(ys[0], ys[1] + 1):
        y = place(10.0**power, *ys, bottom, TOP)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(text(left - 6, y + 4, label(10.0**power), "end", size=11))
    parts.append(text((left + right) / 2, bottom + 38, "rows"))
    return parts


def panel(left, points, what, title):
    xs = decades([point["rows"] for point in points])
    ys = decades([point[what] for point in points])
    parts = axes(left, xs, ys, title)
    for name, colour in COLOURS.items():
        own = [point for point in points if point["command"] == name]
        spots = [(place(point["rows"], *xs, left, left + PANEL), place(point[what], *ys, HEIGHT - BOTTOM, TOP)) for point in own]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in spots]
        parts.append(text(spots[-1][0] - 8, spots[-1][1] - 8, name, "end", colour))
    return parts


def svg(points):
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
             'font-family="sans-serif">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    parts += panel(LEFT, points, "seconds", "Seconds")
    parts += panel(LEFT + PANEL + GAP, points, "peak_mb", "Peak memory, MB")
    return "\n".join([*parts, "</svg>"]) + "\n"
