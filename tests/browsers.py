"""Which browser of this machine the suite and the benches drive."""

import shutil

# The first is Debian's build for what nobody looks at, and draws the same for a fifth less CPU.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
