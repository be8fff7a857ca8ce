"""HTML of the report: plain text escaped, pictures as data inside, no script, nothing asked from a network."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 74rem; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #8884; }
table { border-collapse: collapse; margin: .8rem 0; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
th { border-bottom: 1px solid #8888; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.warning { background: #fc03; border-left: 4px solid #fa0; padding: .6rem 1rem; margin: .8rem 0; }
.groups { display: flex; flex-wrap: wrap; gap: 0 3rem; }
.videos { display: flex; flex-wrap: wrap; gap: .6rem; } figure { margin: 0; width: 8.2rem; }
figure img { width: 100%; height: 6.2rem; object-fit: contain; background: #0002; border-radius: 4px; }
figcaption { font-size: 12px; overflow-wrap: anywhere; line-height: 1.3; }
img.chart { max-width: 100%; background: white; border-radius: 4px; }
pre { overflow: auto; font-size: 12px; max-height: 30rem; } .quiet { opacity: .75; }
"""


def document(title: str, parts: Iterable[str]) -> str:
    """A whole HTML page."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width">\n<link rel="icon" href="data:,">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def heading(text: str, level: int = 2) -> str:
    """A heading of level 1 to 3."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph; kind: `warning` or `quiet`."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers (int, float, or text of digits) stand to the right, floats with three decimals."""
    given = [list(row) for row in rows]
    right = [bool(given) and all(_is_number(row[place]) for row in given) for place in range(len(columns))]
    mark = [' class="number"' if is_right else "" for is_right in right]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(columns, mark, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{_cell(value)}</td>" for value, kind in zip(row, mark, strict=True)) + "</tr>\n"
        for row in given
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def picture(content: bytes, kind: str, text: str) -> str:
    """A picture of a MIME kind, such as image/png, that lies inside the page."""
    return f'<img class="chart" alt="{escape(text)}" src="{data_url(content, kind)}">'


def videos(shown: Iterable[tuple[bytes, str, str]]) -> str:
    """Moving thumbnails side by side: animated WebP, the first line of the caption, the second."""
    figures = "".join(
        f'<figure><img alt="{escape(first)}" src="{data_url(content, "image/webp")}">'
        f"<figcaption>{escape(first)}<br>{escape(second)}</figcaption></figure>\n"
        for content, first, second in shown
    )
    return f'<div class="videos">\n{figures}</div>'


def side_by_side(parts: Iterable[str]) -> str:
    """Pieces in a row, below each other where it is narrow."""
    return '<div class="groups">' + "".join(f"<div>{part}</div>" for part in parts) + "</div>"


def folded(title: str, text: str) -> str:
    """Text as it is, shown on demand."""
    return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"


def data_url(content: bytes, kind: str) -> str:
    """A URL that holds the content itself."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _cell(value: object) -> str:
    return escape(f"{value:.3f}" if isinstance(value, float) else str(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or value in ("", "-")
