"""The door for assistants: MCP at /mcp, and pages as Markdown.  It decides nothing and may no more than a visitor."""
