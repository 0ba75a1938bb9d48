"""A memory plan as a picture: steps to the right, places in memory upwards."""

from xml.sax.saxutils import escape

from indexer.faces.memory_plan import PyramidPlan

WIDTH_PX, HEIGHT_PX = 1200, 640
LEFT_PX, BOTTOM_PX, TOP_PX = 80, 60, 60
COLOURS = ("#4878a8", "#d1782f", "#4f9d5d", "#a04f6f", "#7a68a6")
"""One a scale."""
N_LINES = 4


def drawn(plan: PyramidPlan, *, title: str) -> str:
    """The plan as SVG: a block for each tensor, from when until when, from where to where.

    Parameters
    ----------
    plan : PyramidPlan
        With at least one tensor.
    title : str
        Stands above it.
    """
    joint = plan.joint
    across = (WIDTH_PX - LEFT_PX - 20) / joint.n_steps
    up = (HEIGHT_PX - TOP_PX - BOTTOM_PX) / joint.peak_bytes
    floor = HEIGHT_PX - BOTTOM_PX
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}"'
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH_PX}" height="{HEIGHT_PX}" fill="white"/>',
        text(LEFT_PX, 24, title),
    ]
    for tensor, offset in zip(joint.tensors, joint.offsets, strict=True):
        x, width = LEFT_PX + tensor.first_step * across, tensor.last_step - tensor.first_step + 1
        height = tensor.size_bytes * up
        parts.append(
            f'<rect x="{x:.2f}" y="{floor - offset * up - height:.2f}"'
            f' width="{width * across:.2f}" height="{height:.2f}" stroke="white"'
            f' stroke-width="0.3" fill="{COLOURS[tensor.scale % len(COLOURS)]}">'
            f"<title>{escape(tensor.name)}, {tensor.size_bytes:,} bytes</title></rect>"
        )
    parts += axes(joint.peak_bytes, floor, up)
    parts += legend(plan, floor)
    return "\n".join([*parts, "</svg>", ""])


def axes(peak_bytes: int, floor: int, up: float) -> list[str]:
    """Heights in megabytes, and what runs to the right."""
    lines = []
    for n in range(N_LINES + 1):
        y = floor - peak_bytes * up * n / N_LINES
        lines.append(text(10, y + 4, f"{peak_bytes * n / N_LINES / 1e6:.1f} MB"))
        lines.append(
            f'<line x1="{LEFT_PX}" x2="{WIDTH_PX - 20}" y1="{y:.1f}" y2="{y:.1f}"'
            ' stroke="#888" stroke-width="0.5"/>'
        )
    return [*lines, text(LEFT_PX, floor + 20, "steps of the computation, one scale after another")]


def legend(plan: PyramidPlan, floor: int) -> list[str]:
    """The sizes in the order in which they are computed."""
    return [
        text(LEFT_PX + 130 * n, floor + 44, f"{width} x {height} px", COLOURS[n % len(COLOURS)])
        for n, (width, height) in enumerate(plan.sizes)
    ]


def text(x: float, y: float, words: str, colour: str = "#222") -> str:
    """One line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{escape(words)}</text>'
