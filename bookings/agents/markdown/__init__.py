"""The public pages once more as Markdown, and four requests that book with nothing but HTTP."""
