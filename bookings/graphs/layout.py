"""Where the boxes and arrows of a small directed graph go, laid out in columns from the start.

Pure: nodes are numbers, labels are text, and nothing here knows what is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

BOX_WIDTH, PORT, BOX_HEIGHT, ROW_GAP, MARGIN = 200, 24, 52, 24, 24
LETTER, LABEL_ROOM, BEND = 7, 24, 56
START = 0


@dataclass(frozen=True)
class Arrow:
    """From one node to another; ``START`` is where bookings come from."""

    source: int
    target: int
    label: str


@dataclass
class Box:
    """A node with its place; ``x`` and ``y`` are the upper left corner."""

    node: int
    column: int
    height: float
    x: float = 0
    y: float = 0
    arriving: list[Line] = field(default_factory=list)
    leaving: list[Line] = field(default_factory=list)


@dataclass(eq=False)
class Line:
    """An arrow with the boxes it passes, from left to right; a ``backward`` one points to the left."""

    label: str
    backward: bool
    boxes: list[Box]

    def points(self) -> Iterator[tuple[float, float]]:
        """Where the line leaves and arrives, box for box; those in between it passes straight through."""
        first, last = self.boxes[0], self.boxes[-1]
        yield first.x + BOX_WIDTH, port(first, first.leaving, self)
        for box in self.boxes[1:-1]:
            yield box.x, box.y + box.height / 2
            yield box.x + BOX_WIDTH, box.y + box.height / 2
        yield last.x, port(last, last.arriving, self)


class Layout:
    """Places for the nodes and ways for the arrows.  ``boxes`` maps a node to its box."""

    def __init__(self, nodes: Iterable[int], arrows: Iterable[Arrow]) -> None:
        self.arrows = list(arrows)
        columns = _columns([START, *nodes], self.arrows)
        self.boxes = {node: Box(node, column, BOX_HEIGHT) for node, column in columns.items()}
        self._rows: dict[int, list[Box]] = defaultdict(list)
        for box in self.boxes.values():
            self._rows[box.column].append(box)
        self._lines = [self._line(arrow) for arrow in self.arrows]
        self._fit_heights()
        self._order_rows()
        self._place()

    def lines(self) -> list[Line]:
        return self._lines

    def _line(self, arrow: Arrow) -> Line:
        ends = sorted((self.boxes[arrow.source], self.boxes[arrow.target]), key=lambda box: box.column)
        passing = [Box(-1, column, PORT) for column in range(ends[0].column + 1, ends[1].column)]
        for box in passing:
            self._rows[box.column].append(box)
        line = Line(arrow.label, ends[0].node != arrow.source, [ends[0], *passing, ends[1]])
        for left, right in zip(line.boxes, line.boxes[1:], strict=False):
            left.leaving.append(line)
            right.arriving.append(line)
        return line

    def _fit_heights(self) -> None:
        for box in self.boxes.values():
            box.height = max(BOX_HEIGHT, PORT * (1 + max(len(box.arriving), len(box.leaving))))

    def _order_rows(self) -> None:
        for column in sorted(self._rows):
            self._rows[column].sort(key=_middle_of_neighbours)
            self._stack(column)
        for box in (box for row in self._rows.values() for box in row):
            box.leaving.sort(key=partial(_height_beside, box, 1))
            box.arriving.sort(key=partial(_height_beside, box, -1))

    def _stack(self, column: int) -> None:
        y: float = MARGIN
        for box in self._rows[column]:
            box.y = y
            y += box.height + ROW_GAP

    def _place(self) -> None:
        heights = {column: row[-1].y + row[-1].height for column, row in self._rows.items()}
        self.height = round(max(heights.values()) + MARGIN)
        x: float = MARGIN - BOX_WIDTH + 16  # of the start only its dot is seen
        for column in sorted(self._rows):
            labels = [
                line.label for box in self._rows[column] for line in box.arriving if line.boxes[-1] is box
            ]
            x += BEND + LABEL_ROOM + LETTER * max(map(len, labels), default=0) if column else 0
            for box in self._rows[column]:
                box.x = x
                box.y += (self.height - MARGIN - heights[column]) / 2
            x += BOX_WIDTH
        self.width = round(x + MARGIN)


def _columns(nodes: list[int], arrows: list[Arrow]) -> dict[int, int]:
    """The longest way from the start to each node, counted in arrows that do not lead back."""
    following: dict[int, list[int]] = defaultdict(list)
    for arrow in arrows:
        following[arrow.source].append(arrow.target)
    order = _in_order(nodes, following)
    place = {node: index for index, node in enumerate(order)}
    columns = {node: int(node != START) for node in nodes}
    for node in order:
        for after in following[node]:
            if place[after] > place[node]:
                columns[after] = max(columns[after], columns[node] + 1)
    return columns


def _in_order(nodes: list[int], following: dict[int, list[int]]) -> list[int]:
    """A topological order where there is one; a cycle is cut at the arrow that closes it."""
    seen: set[int] = set()
    order: list[int] = []
    for root in nodes:
        stack = [] if root in seen else [(root, iter(following[root]))]
        seen.add(root)
        while stack:
            node, rest = stack[-1]
            after = next((other for other in rest if other not in seen), None)
            if after is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(after)
                stack.append((after, iter(following[after])))
    return order[::-1]


def _height_beside(box: Box, step: int, line: Line) -> float:
    """Where the line is in the column before (-1) or after (1) the box."""
    return line.boxes[line.boxes.index(box) + step].y


def _middle_of_neighbours(box: Box) -> float:
    places = [line.boxes[line.boxes.index(box) - 1] for line in box.arriving]
    return sum(left.y + left.height / 2 for left in places) / len(places) if places else 0


def port(box: Box, lines: list[Line], line: Line) -> float:
    return box.y + box.height / 2 + PORT * (lines.index(line) - (len(lines) - 1) / 2)
