"""A server before the CalDAV server that answers as it should, or with a fault where one was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import httpx2
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.calendars.stand_in import LONGEST_HANG_SECONDS, NO_ANSWER, Fault, Quiet, cut_off

NOT_PASSED_ON = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}


class FaultyProxy:
    """``url`` stands for ``behind``; each of ``faults`` answers one request that it fits."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.faults: list[Fault] = []
        self._client = httpx2.Client(trust_env=False)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True, request_handler=Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._client.close()

    def _application(self, environ: Any, start: Any) -> Iterable[bytes]:
        request = Request(environ)
        with self._lock:
            response = self._answer(request)
        if response is NO_ANSWER:
            self._stopped.wait(LONGEST_HANG_SECONDS)
        return response(environ, start)

    def _answer(self, request: Request) -> Response:
        fault = next((one for one in self.faults if one.fits(request)), None)
        if fault is None:
            return self._passed_on(request)
        self.faults.remove(fault)
        if fault.half:
            return cut_off(self._passed_on(request))
        if fault.done:
            self._passed_on(request)
        if fault.hangs:
            return NO_ANSWER
        return Response("", fault.status, fault.headers)

    def _passed_on(self, request: Request) -> Response:
        headers = {name: text for name, text in request.headers if name.lower() not in NOT_PASSED_ON}
        answer = self._client.request(
            request.method, self.behind + request.path, content=request.get_data(), headers=headers
        )
        kept = {name: text for name, text in answer.headers.items() if name.lower() not in NOT_PASSED_ON}
        return Response(answer.content, answer.status_code, kept)
