"""A graph version as a picture: states as boxes in columns, actions as arrows, drawn as accessible SVG.

Reads the version it is given and nothing else; every text is escaped, and nothing in it needs a style sheet.  Ink is
the text's colour and classes name the surfaces, so that a page with a dark scheme can say its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.graphs.layout import BEND, BOX_WIDTH, START, Arrow, Layout, Line
from bookings.graphs.words import when_in_words
from bookings.models import Action, GraphVersion, State

INK, PAPER, WASH, WAIT_WASH = "#24211b", "#fbf9f4", "#e3ebe4", "#faecc8"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One line of the table that says in words what the picture shows."""

    action: str
    source: str
    """Empty for the action that creates the booking."""
    target: str
    who: str
    automatic: str
    """When the clock plays it, or empty."""


def transitions(version: GraphVersion) -> list[Transition]:
    """Every action of ``version`` in words, in the order that staff gave them."""
    return [
        Transition(
            action=_named(action),
            source=_named(action.source) if action.source else "",
            target=_named(action.target),
            who=_who(action),
            automatic=when_in_words(action.automatic_after, action.automatic_from),
        )
        for action in version.actions.select_related("source", "target")
    ]


def as_svg(version: GraphVersion) -> SafeString:
    """The picture of ``version`` as one ``<svg>`` element, with its table as description."""
    states = list(version.states.all())
    actions = list(version.actions.select_related("source", "target"))
    lines = [_sentence(line) for line in transitions(version)]
    layout = Layout(
        [state.pk for state in states],
        [Arrow(action.source_id or START, action.target_id, str(action)) for action in actions],
    )
    leaving = {action.source_id for action in actions}
    marker = f"tip-{version.pk}"
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}" font-family="system-ui, sans-serif" font-size="13" color="{ink}" fill="currentColor">'
        "<title>{title}</title><desc>{desc}</desc>"
        '<defs><marker id="{marker}" markerWidth="9" markerHeight="8" refX="8" refY="4" '
        'orient="auto-start-reverse">'
        '<path d="M0 0 L9 4 L0 8 z"/></marker></defs>'
        '<rect class="paper" width="100%" height="100%" fill="{paper}"/>{arrows}{start}{boxes}</svg>',
        width=layout.width,
        height=layout.height,
        ink=INK,
        paper=PAPER,
        title=str(version),
        desc="\n".join(lines),
        marker=marker,
        arrows=format_html_join("", "{}", ((_drawn_arrow(line, marker),) for line in layout.lines())),
        start=_drawn_start(layout),
        boxes=format_html_join(
            "", "{}", ((_drawn_state(state, layout, state.pk not in leaving),) for state in states)
        ),
    )


def _drawn_arrow(line: Line, marker: str) -> SafeString:
    points = list(line.points())
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for index in range(1, len(points), 2):
        (x, y), (x2, y2) = points[index - 1], points[index]
        turn = x + BEND
        path += f" C{x + BEND / 2:g} {y:g} {x + BEND / 2:g} {y2:g} {turn:g} {y2:g} L{x2:g} {y2:g}"
        if index + 1 < len(points):
            path += f" L{points[index + 1][0]:g} {points[index + 1][1]:g}"
    return format_html(
        '<path d="{}" fill="none" stroke="currentColor" stroke-width="1.2" marker-{}="url(#{})"/>'
        '<text x="{}" y="{}" text-anchor="end" font-size="12">{}</text>',
        path,
        "start" if line.backward else "end",
        marker,
        f"{points[-1][0] - 14:g}",
        f"{points[-1][1] - 5:g}",
        line.label,
    )


def _drawn_start(layout: Layout) -> SafeString:
    box = layout.boxes[START]
    return format_html(
        '<g><title>{}</title><circle cx="{}" cy="{}" r="7"/></g>',
        _("A new booking"),
        f"{box.x + BOX_WIDTH - 7:g}",
        f"{box.y + box.height / 2:g}",
    )


def _drawn_state(state: State, layout: Layout, final: bool) -> SafeString:
    box = layout.boxes[state.pk]
    middle = box.y + box.height / 2
    kind = "awaited" if not state.settled else "kept" if state.occupies else "let-go"
    return format_html(
        '<g><title>{title}</title><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" '
        'class="{kind}" fill="{fill}" stroke="currentColor" stroke-width="{stroke}"{dashes}/>'
        '<text x="{centre}" y="{label_y}" text-anchor="middle" font-weight="600">{label}</text>'
        '<text x="{centre}" y="{name_y}" text-anchor="middle" font-size="11">{name}</text></g>',
        title=_meaning(state, final),
        x=f"{box.x:g}",
        y=f"{box.y:g}",
        width=BOX_WIDTH,
        height=f"{box.height:g}",
        kind=kind,
        fill={"awaited": WAIT_WASH, "kept": WASH}.get(kind, "none"),
        stroke="2.5" if final else "1.2",
        dashes=escape("") if state.settled else format_html(' stroke-dasharray="{}"', "6 4"),
        centre=f"{box.x + BOX_WIDTH / 2:g}",
        label_y=f"{middle - 3:g}",
        label=_shortened(str(state)),
        name_y=f"{middle + 14:g}",
        name=_shortened(state.name),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 26 else f"{text[:25]}…"


def _meaning(state: State, final: bool) -> str:
    """Like "Confirmed (confirmed): occupies"."""
    facts = [_("occupies")] if state.occupies else [_("does not occupy")]
    facts += [] if state.settled else [_("something is awaited")]
    facts += [_("final")] if final else []
    return f"{_named(state)}: {', '.join(facts)}"


def _named(thing: State | Action) -> str:
    return f"{thing} ({thing.name})" if thing.label else thing.name


def _who(action: Action) -> str:
    people = {
        _("customer"): action.by_customer,
        _("owner"): action.by_owner,
        _("staff"): action.by_staff,
        _("clock"): action.by_clock,
    }
    return ", ".join(name for name, may in people.items() if may)


def _sentence(line: Transition) -> str:
    words = {"action": line.action, "source": line.source or _("new"), "target": line.target, "who": line.who}
    sentence = _("%(source)s → %(target)s by %(action)s (%(who)s)") % words
    return f"{sentence}, {line.automatic}" if line.automatic else sentence
