"""The published SDK, played from Python: each call goes through the package itself, in node."""

import json
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).with_name("sdk_driver.js")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the SDK handed to its caller."""

    ok: bool
    """Whether the SDK resolved its promise (a status from 200 to 299)."""
    status: int
    data: Any
    """The answer's `data`, which the SDK has unwrapped; a refusal's whole body."""
    meta: dict[str, Any] | None
    """Everything that stood beside `data`: the paginator."""
    headers: dict[str, str]


class SdkError(Exception):
    """The SDK failed without an answer of the server."""


@dataclass(frozen=True, kw_only=True)
class Sdk:
    """One configured instance of the SDK; calling it plays one of its methods."""

    process: subprocess.Popen[str]
    config: dict[str, Any] = field(default_factory=dict)

    def configured(self, **config: Any) -> "Sdk":
        """Return another instance, with these keys of the SDK's `configure` overwritten."""
        return replace(self, config={**self.config, **config})

    def __call__(self, method: str, *args: Any, include=None, carry=None, headers=None) -> Answer:
        """Play `method`; refusals come back as answers with `ok` false. Raises SdkError."""
        call = {"config": self.config, "method": method, "args": args}
        call |= {"include": include, "carry": carry, "headers": headers}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline() or '{"thrown": "node has ended"}')
        if "thrown" in told:
            raise SdkError(f"{method}: {told['thrown']}")
        return Answer(**told)


def start_node(node: str) -> subprocess.Popen[str]:
    """Start the node process that holds the SDK's instances; it ends when its input is closed."""
    return subprocess.Popen([node, str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
