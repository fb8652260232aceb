"""What is compressed on its way: the texts that views make; static files and pictures are stored so already."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = ("text/", "application/json", "application/javascript", "application/yaml", "image/svg+xml")


class CompressTexts(GZipMiddleware):
    """Django's middleware, whose random padding keeps the length from telling a secret; for texts alone."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith(TEXTS):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
