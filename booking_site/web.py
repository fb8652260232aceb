"""The web server alone and nothing before it, for a service manager: ``python -m booking_site.web``."""

from booking_site.parts import WEB_SERVER, become

if __name__ == "__main__":
    become(WEB_SERVER)
