"""What the site is put together from: settings that no installation changes."""

INSTALLED_APPS = [
    "booking_site.admin_config.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "crispy_forms",
    "csp",
    "django_htmx",
    "ninja",
    "simple_history",
    "bookings",
]

# From the outside in; beside each why it stands where it does.
MIDDLEWARE = [
    "booking_site.observing.observe",  # outermost: whatever any other does is timed, and logged under one number
    "bookings.in_flight.count",  # around everything that works for an answer
    "bookings.api.middleware.name_every_answer",  # before whatever refuses: each answer has its id
    "bookings.client_address.believe_trusted_proxies",  # before whoever asks if this is https
    "bookings.api.middleware.allow_other_origins",  # before whatever redirects or refuses: pages must read it
    "bookings.read_only.refuse_changes",  # before any work is done, and where pages of others read the refusal
    "django.middleware.security.SecurityMiddleware",  # redirects to https before any work is done
    "booking_site.permissions_policy.deny_devices",  # around all that answers a page
    "whitenoise.middleware.WhiteNoiseMiddleware",  # files need nothing of what follows
    "booking_site.compression.CompressTexts",  # around all that reads or changes a page's words
    "booking_site.content_policy.ContentSecurityPolicy",  # around all that makes pages, and refusals
    "django.contrib.sessions.middleware.SessionMiddleware",  # before messages, users and the language
    "bookings.languages.choose_language",  # puts the chosen language where the next one looks
    "django.middleware.locale.LocaleMiddleware",  # before whatever says a sentence or makes an address
    "django.middleware.common.CommonMiddleware",  # after the language, since it may redirect to an address
    "django.middleware.csrf.CsrfViewMiddleware",  # before everything that takes a form for the visitor's own
    "django.contrib.auth.middleware.AuthenticationMiddleware",  # after the session, which knows the user
    "booking_site.pages_messages.PagesMessages",  # after the session, which may hold them
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # anywhere: it keeps what a view has set
    "django_htmx.middleware.HtmxMiddleware",  # anywhere before the views
    "simple_history.middleware.HistoryRequestMiddleware",  # after the user, whom history names
    "bookings.views.middleware.CustomerPagesMiddleware",  # after the language, in which it refuses
    "axes.middleware.AxesMiddleware",  # last, as axes asks: it answers for a login that was locked in the view
]

AUTHENTICATION_BACKENDS = [
    "bookings.logins.LimitByAddress",  # before any password is hashed
    "axes.backends.AxesStandaloneBackend",
    "bookings.logins.PermissionsAtOnce",
    "bookings.staff_limits.StaffBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
