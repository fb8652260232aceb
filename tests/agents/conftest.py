"""The door for assistants as the official MCP client meets it, in both eras of the protocol."""

import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Queue
from typing import Any, NamedTuple

import httpx2
import pytest
from django.test import Client as Browser
from mcp import Client, types
from mcp.client.streamable_http import streamable_http_client

from tests.lightning import doc as doc
from tests.lightning import project as project
from tests.lightning import tomorrow as tomorrow

ERAS = ["2026-07-28", "legacy"]
MARTY = {"name": "Marty McFly", "email": "marty@example.com"}


class Handed(NamedTuple):
    """A request on its way to the thread of the test, and where its answer goes."""

    request: httpx2.Request
    body: bytes
    answer: Future[httpx2.Response]


class ToThisThread(httpx2.AsyncBaseTransport):
    """Hands requests to the thread of the test, whose transaction is what the test sees; the client has its own."""

    def __init__(self) -> None:
        self.handed: Queue[Handed | None] = Queue()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        one = Handed(request, await request.aread(), Future())
        self.handed.put(one)
        return await asyncio.wrap_future(one.answer)

    def answer_all(self, browser: Browser, address: str) -> None:
        """Have Django answer, until there is nothing to come."""
        while one := self.handed.get(timeout=60):
            try:
                one.answer.set_result(_answered(browser, address, one.request, one.body))
            except BaseException as error:  # noqa: BLE001  # the client's thread tells it to the test
                one.answer.set_exception(error)


def _answered(browser: Browser, address: str, request: httpx2.Request, body: bytes) -> httpx2.Response:
    headers = {
        name: value for name, value in request.headers.items() if name not in {"host", "content-length"}
    }
    kind, path = headers.pop("content-type", ""), request.url.raw_path.decode()
    answer = browser.generic(
        request.method, path, body, content_type=kind, headers=headers, REMOTE_ADDR=address
    )
    assert answer.status_code < 500, answer.content
    return httpx2.Response(
        answer.status_code, headers=list(answer.items()), content=answer.content, request=request
    )


@dataclass
class Answer:
    """What a tool answered: its values, and whether it refused."""

    told: Any
    refused: bool

    def __getitem__(self, name: str) -> Any:
        return self.told[name]


@dataclass
class Agent:
    """An assistant with the official client; ``says`` is what its person answers when it is asked."""

    era: str = ERAS[0]
    says: str = "yes"
    address: str = "192.0.2.1"
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    was_asked: list[str] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Whether the client lets the site ask the person."""
        return self.era == ERAS[0]

    def call(self, tool: str, **arguments: Any) -> Answer:
        if "with_" in arguments:
            arguments["with"] = arguments.pop("with_")
        result = self._run(lambda client: client.call_tool(tool, arguments))
        (content,) = result.content
        try:
            told = json.loads(content.text)
        except ValueError:
            told = content.text
        return Answer(told, bool(result.is_error))

    def done(self, tool: str, **arguments: Any) -> Answer:
        """A call that must not be refused."""
        answer = self.call(tool, **arguments)
        assert not answer.refused, answer.told
        return answer

    def confirmed(self, tool: str, **arguments: Any) -> Answer:
        """The call and, where the site says that it waits for that, the same call with the confirmation."""
        answer = self.done(tool, **arguments)
        if answer.told.get("status") == "confirmation_needed":
            assert not self.asks
            answer = self.done(tool, **arguments, confirmation=answer["confirmation"])
        return answer

    def tools(self) -> set[str]:
        return {tool.name for tool in self._run(lambda client: client.list_tools()).tools}

    def _run(self, do: Any) -> Any:
        transport = ToThisThread()
        with ThreadPoolExecutor(1) as pool:
            talk = pool.submit(asyncio.run, self._talk(transport, do))
            talk.add_done_callback(lambda _talk: transport.handed.put(None))
            transport.answer_all(Browser(raise_request_exception=False), self.address)
            return talk.result()

    async def _talk(self, transport: httpx2.AsyncBaseTransport, do: Any) -> Any:
        headers = self.headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        async with httpx2.AsyncClient(transport=transport, headers=headers) as http:
            streams = streamable_http_client("http://testserver/mcp", http_client=http)
            callback = self._answer if self.asks else None
            async with Client(streams, mode=self.era, elicitation_callback=callback) as client:
                return await do(client)

    async def _answer(self, _context: Any, params: Any) -> Any:
        self.was_asked.append(params.message)
        if self.says == "yes":
            return types.ElicitResult(action="accept", content={"confirm": True})
        if self.says == "unticked":
            return types.ElicitResult(action="accept", content={"confirm": False})
        return types.ElicitResult(action="decline")


@pytest.fixture(params=ERAS)
def agent(request: pytest.FixtureRequest, db: None) -> Agent:
    return Agent(era=request.param)
