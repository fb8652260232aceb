"""What the API is: its description for programs, and the pages that explain it to people."""
