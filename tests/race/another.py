"""Another process of the site, which goes on answering: a program; speaks JSON, one call and one answer a line.

A call has ``method``, ``path``, and perhaps ``json`` and ``headers``; an answer is its status and its text.
"""

import json
import sys
from importlib import import_module


def main() -> None:
    import_module("django").setup()
    client = import_module("django.test").Client(raise_request_exception=False)
    for line in sys.stdin:
        call = json.loads(line)
        sent = (
            {"data": json.dumps(call["json"]), "content_type": "application/json"} if "json" in call else {}
        )
        response = client.generic(call["method"], call["path"], headers=call.get("headers", {}), **sent)
        sys.stdout.write(json.dumps([response.status_code, response.content.decode()]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
