"""Staff write subject and opening of each mail in each language; what they write is checked, looked at and tried."""

import re
from html import unescape

import pytest
from django.urls import reverse

from bookings.lifecycle import Actor, act
from bookings.models import Booking, MailKind, MailWords, Site
from tests.admin.conftest import text_of, values_of
from tests.effects.conftest import work
from tests.effects.test_mail import customer, doc, html_of, mails_to
from tests.situations import a_booking, at

pytestmark = pytest.mark.django_db
MARTY = "marty@example.com"
BOOKED = MailKind.CUSTOMER_BOOKED


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


def page(kind=BOOKED, language="en", name="change"):
    return reverse(f"admin:bookings_mailwords_{name}", args=[MailWords.key_of(kind, language)])


def write(client, kind=BOOKED, language="en", **typed):
    url = page(kind, language)
    return client.post(url, values_of(client.get(url)) | {"_save": "1"} | typed)


def written(kind=BOOKED, language="en"):
    words = MailWords.of(kind, language)
    return words.subject, words.opening


def booked(mailoutbox, **fields):
    a_booking(doc(), at(9), **fields)
    work()
    return mails_to(MARTY, mailoutbox)[-1]


def test_what_staff_write_is_said_in_text_and_html_of_the_mails_of_that_language(manager, mailoutbox):
    typed = {
        "subject": "See you, {name}: {day and time}",
        "opening": "Dear {NAME},\n\nring  at the blue door.",
    }
    assert write(manager, **typed).status_code == 302
    letter = booked(mailoutbox)
    assert letter.subject == "See you, Marty McFly: Monday 14 March, 10:00"
    for said in (letter.body, html_of(letter)):
        assert "Dear Marty McFly," in said
        assert "ring  at the blue door." in said
        assert "Hello Marty" not in said
        assert "Your time is booked" in said
    in_german = booked(mailoutbox, customer=customer(language="de"))
    assert in_german.subject.startswith("Gebucht: ")
    assert "blue door" not in in_german.body


def test_who_reads_english_as_in_america_reads_the_english_words_where_there_are_no_others(
    manager, mailoutbox
):
    write(manager, opening="Ring at the blue door.")
    american = {"customer": customer(language="en-us")}
    assert "blue door" in booked(mailoutbox, **american).body
    write(manager, language="en-us", opening="Ring at the gray door.")
    assert "gray door" in booked(mailoutbox, customer=customer(language="en-us")).body


def test_an_empty_field_leaves_our_own_words(manager, mailoutbox):
    write(manager, subject="", opening="Ring at the blue door.")
    letter = booked(mailoutbox)
    assert letter.subject == "Booked: Catch the lightning, Monday 14 March, 10:00"
    assert "Ring at the blue door." in letter.body


def test_only_the_mail_whose_words_they_are_says_them(manager, mailoutbox):
    write(manager, opening="Ring at the blue door.")
    letter = booked(mailoutbox)
    act(a_booking(doc(), at(12)), "cancel", by=Actor("staff"))
    work()
    others = [one for one in mailoutbox if one is not letter]
    assert len(others) == 2
    assert all("blue door" not in one.body for one in others)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Hi {nobody} and {where} and {x}", "There is no {nobody}, {x}. You can write: {name}, {what}"),
        ("Hi {name", "A brace stands alone"),
        ("Hi name}", "A brace stands alone"),
    ],
)
def test_a_placeholder_that_is_not_there_is_named_at_its_field_and_nothing_is_lost(manager, typed, said):
    answer = write(manager, subject=typed, opening=f"{typed}.")
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    for field in ("subject", "opening"):
        assert said in errors[field][0]
    assert values_of(answer)["subject"] == typed
    assert not MailWords.objects.exists()


def test_placeholders_are_typed_in_the_language_of_the_mail_and_kept_under_lasting_names(manager, mailoutbox):
    write(manager, language="de", subject="Bis dann, {Name}: {was}", opening="Wir erwarten Sie, {name}.")
    assert written(language="de") == ("Bis dann, {name}: {what}", "Wir erwarten Sie, {name}.")
    assert values_of(manager.get(page(language="de")))["subject"] == "Bis dann, {Name}: {Was}"
    letter = booked(mailoutbox, customer=customer(language="de"))
    assert letter.subject == "Bis dann, Marty McFly: Catch the lightning"


def test_the_mail_with_links_knows_no_booking_and_refuses_what_only_one_has(manager):
    assert write(manager, MailKind.CUSTOMER_LINKS, subject="{name}").status_code == 200
    assert write(manager, MailKind.CUSTOMER_LINKS, subject="Your times at {site}").status_code == 302
    assert written(MailKind.CUSTOMER_LINKS) == ("Your times at {site}", "")


def test_what_a_customer_typed_is_no_placeholder_no_header_and_no_markup(manager, mailoutbox):
    Site.objects.update_or_create(pk=1, defaults={"name": "Ufer"})
    write(manager, subject="For {name}\r\nBcc: all@example.com", opening="<b>{name}</b>")
    letter = booked(mailoutbox, customer=customer(name="{site}\r\nX-Evil: 1 <i>"))
    whole = letter.message()
    assert {"Bcc", "X-Evil"}.isdisjoint(whole.keys())
    assert letter.subject == "For {site} X-Evil: 1 <i> Bcc: all@example.com"
    assert "&lt;b&gt;{site} X-Evil: 1 &lt;i&gt;&lt;/b&gt;" in html_of(letter)
    assert "<b>{site}" in letter.body


def test_a_subject_of_ones_own_names_the_clocks_where_the_customer_lives_by_others(manager, mailoutbox):
    write(manager, subject="{day and time}")
    letter = booked(mailoutbox, customer=customer(timezone="Europe/Athens"))
    assert letter.subject == "Monday 14 March, 10:00, Berlin time"


def test_back_to_ours_empties_both_and_the_history_tells_what_stood_there(manager, mailoutbox):
    write(manager, subject="Blue door", opening="Ring.")
    answer = write(manager, _ours="1", subject="{broken", opening="x")
    assert answer.status_code == 302
    assert written() == ("", "")
    assert booked(mailoutbox).subject.startswith("Booked: ")
    history = text_of(manager.get(page(name="history")))
    assert "Blue door → " in history
    assert "manager" in history


def test_words_are_put_back_as_they_were(manager):
    write(manager, subject="Blue door, {name}")
    write(manager, subject="Green door")
    first = MailWords.history.earliest()
    url = reverse("admin:bookings_mailwords_simple_history", args=[first.key, first.history_id])
    answer = manager.post(url, values_of(manager.get(url)))
    assert answer.status_code == 302
    assert written() == ("Blue door, {name}", "")


def test_the_list_tells_what_each_mail_tells_and_to_whom_and_which_have_words_of_their_own(manager):
    write(manager, subject="Blue door")
    answer = manager.get(reverse("admin:bookings_mailwords_changelist"))
    shown = text_of(answer)
    assert len(re.findall(r"<strong>your words</strong>", shown)) == 1
    for kind in MailKind:
        assert page(kind, "ar") in shown
    visible = re.sub(r"<[^>]*>", " ", shown)
    assert not re.search(r"customer-|owner-|to_pay|booked_again", visible)


def test_the_list_asks_once_however_many_have_words(manager, django_assert_max_num_queries):
    for language in ("en", "de", "ar"):
        for kind in MailKind:
            MailWords.objects.create(
                key=MailWords.key_of(kind, language), kind=kind, language=language, subject="x"
            )
    with django_assert_max_num_queries(10):
        manager.get(reverse("admin:bookings_mailwords_changelist"))


def mail_in(answer):
    return unescape(re.search(r'srcdoc="([^"]*)"', text_of(answer))[1])


@pytest.mark.parametrize("kind", list(MailKind))
def test_each_mail_is_looked_at_as_a_real_booking_makes_it(manager, kind):
    booking = a_booking(doc(), at(9))
    answer = manager.post(page(kind, name="preview"), {"subject": "Just so", "opening": "<b>Ring</b>"})
    assert answer.status_code == 200
    assert "Just so" in text_of(answer)
    assert booking.reference in mail_in(answer)
    assert "&lt;b&gt;Ring&lt;/b&gt;" in mail_in(answer)
    assert not MailWords.objects.exists()


def test_a_preview_shows_what_is_kept_before_anything_is_typed_and_opens_no_booking(manager):
    a_booking(doc(), at(9))
    write(manager, opening="Ring at the blue door.")
    answer = manager.get(page(name="preview"))
    assert "Ring at the blue door." in mail_in(answer)
    assert not re.search(r"/[bo]/\w", mail_in(answer))
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_preview_is_made_of_a_booking_of_which_the_mail_tells_where_there_is_one(manager):
    asked = a_booking(doc(), at(9), graph="request")
    a_booking(doc(), at(12))
    shown = mail_in(manager.get(page(MailKind.CUSTOMER_REQUESTED, name="preview")))
    assert asked.reference in shown


@pytest.mark.parametrize(
    ("kind", "graph", "pill"),
    [
        (MailKind.CUSTOMER_DECLINED, "request", "Declined"),
        (MailKind.OWNER_EXPIRED, "request", "Not answered in time"),
        (MailKind.CUSTOMER_EXPIRED, "instant", "Not (answered|paid) in time"),
        (MailKind.CUSTOMER_MOVED, "instant", "✓ Confirmed"),
    ],
)
def test_a_preview_says_how_the_booking_stands_when_such_a_mail_is_sent(manager, kind, graph, pill):
    booking = a_booking(doc(), at(9), graph=graph)
    shown = mail_in(manager.get(page(kind, name="preview")))
    assert booking.reference in shown
    assert re.search(rf">\s*{pill}\s*<", shown)
    assert Booking.objects.get().state == booking.state


def test_without_a_booking_the_preview_says_so_and_a_wrong_word_is_said_there_too(manager):
    assert "there is none yet" in text_of(manager.get(page(name="preview")))
    a_booking(doc(), at(9))
    answer = manager.post(page(name="preview"), {"subject": "{nobody}", "_test": "1"})
    assert "There is no {nobody}" in text_of(answer)


def test_a_test_goes_to_whoever_asks_and_says_what_is_typed(manager, mailoutbox):
    a_booking(doc(), at(9))
    answer = manager.post(page(name="preview"), {"subject": "Just so", "_test": "1"})
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == (["manager@example.org"], "Just so")
    assert "Sent to manager@example.org." in text_of(answer)
    assert not re.search(r"/[bo]/\w", letter.body)
    manager.post(page(name="preview"), {"subject": "Just so"})
    assert len(mailoutbox) == 1


def test_a_test_that_cannot_be_sent_says_why(manager, mailoutbox, settings, django_user_model):
    a_booking(doc(), at(9))
    settings.MAIL_IS_SET_UP = False
    assert "mail is not set up" in text_of(manager.post(page(name="preview"), {"_test": "1"}))
    django_user_model.objects.update(email="")
    assert "has no e-mail address" in text_of(manager.post(page(name="preview"), {"_test": "1"}))
    assert mailoutbox == []


@pytest.mark.parametrize("role", ["desk", "designer"])
def test_who_may_not_change_the_site_sees_and_changes_no_words(request, role):
    client = request.getfixturevalue(role)
    a_booking(doc(), at(9))
    for url in (
        reverse("admin:bookings_mailwords_changelist"),
        page(),
        page(name="preview"),
        page(name="history"),
    ):
        assert client.get(url).status_code == 403, url
    assert client.post(page(), {"subject": "x"}).status_code == 403
    assert not MailWords.objects.exists()


@pytest.mark.parametrize("key", ["nothing.en", "customer-booked.xx", "customer-booked", "."])
def test_a_mail_or_a_language_that_there_is_not_has_no_page(manager, key):
    assert manager.get(reverse("admin:bookings_mailwords_change", args=[key])).status_code == 302
    assert manager.get(reverse("admin:bookings_mailwords_preview", args=[key])).status_code == 404
