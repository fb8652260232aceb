"""The colours of a mail in both schemes, written out: mail programs know no variables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bookings.accents import DARK, DEFAULT_ACCENT, LIGHT, Accent, Paper, accents


class Stage(StrEnum):
    """How a booking stands, which the printed side of its mail shows."""

    SETTLED = "settled"
    WAITING = "waiting"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """The colours of one scheme, each `#rrggbb`: paper and accent, and the printed side with what stands on it."""

    paper: Paper
    accent: Accent
    side: str
    on_side: str
    on_side_soft: str
    pen: str
    """Of the pill and of the ring round the day."""


@dataclass(frozen=True, kw_only=True)
class Colours:
    stage: Stage
    light: Scheme
    dark: Scheme

    @property
    def stroke(self) -> str:
        """The pen's line: dashed while nothing is sure."""
        return "dashed" if self.stage is Stage.WAITING else "solid"


def colours_of(accent: str, stage: Stage) -> Colours:
    """For the accent that staff picked (`#rrggbb`), or ours where it is empty."""
    pair = accents(accent or DEFAULT_ACCENT)
    return Colours(stage=stage, light=_scheme(LIGHT, pair.light, stage), dark=_scheme(DARK, pair.dark, stage))


def _scheme(paper: Paper, accent: Accent, stage: Stage) -> Scheme:
    """What is settled has the accent as its ground, as the pages do; what waits is drawn in pencil."""
    side, on_side, soft, pen = {
        Stage.SETTLED: (accent.cover, accent.on_cover, accent.on_cover_soft, accent.on_cover),
        Stage.WAITING: (paper.wait_wash, paper.ink, paper.ink_soft, paper.wait),
        Stage.OVER: (paper.card_2, paper.ink, paper.ink_soft, paper.ink_soft),
    }[stage]
    return Scheme(paper=paper, accent=accent, side=side, on_side=on_side, on_side_soft=soft, pen=pen)
