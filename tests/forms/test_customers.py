"""The customer's form: the columns, the project's questions, and how a customer must be reachable."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from bookings.forms import Contact, CustomerForm
from bookings.forms.customers import international, with_fixed_answers
from bookings.forms.pages import DetailsForm
from bookings.models import Customer, Project

MARTY = {"name": "Marty McFly", "email": "marty@example.com"}
QUESTIONS = {
    "name": {"title": "Your name", "required": True},
    "email": {"title": "E-mail", "required": True},
    "size": {"title": "Shoe size", "format": "select", "enum": ["41", "42"], "required": True},
    "extras": {"title": "Extras", "format": "checkbox", "enum": ["hat", "scarf"]},
    "terms": {"title": "I agree", "format": "checkbox", "required": True},
    "note": {"title": "Please note", "format": "label"},
}


def sent(**answers):
    """The API's way: everything may be sent, an e-mail address is needed."""
    return CustomerForm(answers, contact=Contact.EMAIL, open_ended=True)


def page(questions=None, contact=Contact.EITHER, **answers):
    return CustomerForm(answers, questions=questions, contact=contact)


def test_a_valid_customer_is_an_unsaved_row():
    form = sent(**MARTY, phone="(916) 555-4385", voip="McFly", timezone="America/Los_Angeles")
    assert form.is_valid(), form.errors
    customer = form.customer()
    assert (customer.name, customer.email, customer.voip) == ("Marty McFly", "marty@example.com", "McFly")
    assert customer.timezone == "America/Los_Angeles"
    assert customer.answers == {}


def test_the_api_checks_what_was_sent_and_leaves_the_rest_as_it_begins():
    form = sent(**MARTY, language="de")
    assert set(form.fields) == {"name", "email", "phone", "language"}
    assert form.is_valid(), form.errors
    begun = Customer()
    unsaid = ("first_name", "last_name", "phone", "phone_e164", "voip", "timezone", "wants_texts")
    assert [getattr(form.customer(), name) for name in unsaid] == [getattr(begun, name) for name in unsaid]
    assert set(CustomerForm.base_fields) >= {"voip", "timezone", "wants_texts"}  # for the next one


def test_what_a_question_needs_is_asked_although_it_was_not_sent():
    asked = {"voip": {"required": True}}
    form = CustomerForm(MARTY, questions=asked, contact=Contact.EMAIL, open_ended=True)
    assert set(form.errors) == {"voip"}


def test_any_further_key_of_the_api_is_an_answer_that_stays_as_it_came():
    form = sent(**MARTY, shoe_size=42, wants_tour=True, extras=["hat"], nothing=None)
    assert form.is_valid(), form.errors
    assert form.customer().answers == {"shoe_size": 42, "wants_tour": True, "extras": ["hat"]}


@pytest.mark.parametrize(
    "kind",
    ["string", "textarea", "tel", "select", "checkbox", "checkbox of some", "label", "number", "date", "url"],
)
def test_a_question_that_the_api_left_out_has_no_answer(kind):
    kind, _of, some = kind.partition(" of ")
    own = {"format": kind} | ({"enum": ["hat"]} if some or kind == "select" else {})
    form = CustomerForm(MARTY, questions={"name": {}, "email": {}, "own": own}, open_ended=True)
    assert form.is_valid(), form.errors
    assert form.customer().answers == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "\u200b \u2060"),
        ("email", "not an address"),
        ("email", ""),
        ("timezone", "Mars/Olympus"),
        ("phone", "1" * 61),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(field, value):
    form = sent(**MARTY | {field: value})
    assert list(form.errors) == [field]
    assert not value or value not in str(form.errors)


def test_a_name_in_two_parts_is_a_name():
    form = sent(first_name="Marty", last_name="McFly", email="marty@example.com")
    assert form.is_valid(), form.errors
    assert form.customer().name == "Marty McFly"


def test_a_project_may_do_without_an_address():
    questions = {"name": {}, "email": {"required": False}}
    form = CustomerForm({"name": "Marty"}, questions=questions, contact=Contact.EMAIL, open_ended=True)
    assert form.is_valid(), form.errors


def test_staff_need_only_a_name():
    assert CustomerForm({"name": "Marty"}, contact=Contact.NONE, open_ended=True).is_valid()


def test_a_page_asks_for_an_address_or_a_number():
    questions = {"name": {}, "email": {}, "phone": {}}
    assert "email" in page(questions, name="Marty").errors
    assert page(questions, name="Marty", phone="5554385").is_valid()
    assert page(questions, name="Marty", email="marty@example.com").is_valid()


def test_a_page_reads_nothing_that_it_did_not_ask():
    form = page({"name": {}, "email": {}}, **MARTY, voip="McFly", secret="x")
    assert form.is_valid(), form.errors
    assert (form.customer().voip, form.customer().answers) == ("", {})
    assert {"voip", "phone", "first_name"}.isdisjoint(form.fields)


def test_a_project_that_splits_the_name_asks_for_its_parts():
    form = page(
        {"name": {"split_name": True}, "email": {}},
        first_name="Marty",
        last_name="McFly",
        email=MARTY["email"],
    )
    assert form.is_valid(), form.errors
    assert form.customer().name == "Marty McFly"
    assert "name" not in form.fields


def test_the_questions_of_a_project_are_fields_with_its_titles():
    form = page(QUESTIONS)
    assert list(form.fields)[-3:] == ["size", "extras", "terms"]
    assert form.fields["size"].label == "Shoe size"
    assert form.fields["name"].label == "Your name"
    assert "note" not in form.fields


@pytest.mark.django_db
def test_answers_are_checked_and_kept_under_their_keys():
    form = page(QUESTIONS, **MARTY, size="42", extras=["hat"], terms="on")
    assert form.is_valid(), form.errors
    assert form.customer().answers == {"size": "42", "extras": ["hat"], "terms": True}
    assert form.answers_to_store() == "Shoe size: 42\nExtras: hat\nI agree: yes"


def test_every_wrong_answer_is_told_at_once():
    form = page(QUESTIONS, name="", email="x", size="43", extras=["crown"])
    assert set(form.errors) == {"name", "email", "size", "extras", "terms"}
    assert "43" not in str(form.errors)
    assert "crown" not in str(form.errors)


def test_an_object_is_no_answer_to_a_line_of_text():
    questions = {"name": {}, "email": {}, "city": {"title": "City"}}
    form = CustomerForm(
        MARTY | {"city": {"a": 1}}, questions=questions, contact=Contact.EMAIL, open_ended=True
    )
    assert list(form.errors) == ["city"]


def test_answers_have_a_limit_together():
    assert sent(**MARTY, essay="x" * 70_000).errors


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("+49 30 901820", "+4930901820"),
        ("0049 30 901820", "+4930901820"),
        ("030 901820", ""),
        ("+1", ""),
        ("call me", ""),
        ("", ""),
    ],
)
def test_a_number_is_international_where_it_names_its_country(typed, known):
    assert international(typed) == known


def test_a_usual_question_can_be_hidden_or_begin_with_an_answer():
    email = {"hidden": True, "prefilled": "marty@example.com"}
    form = CustomerForm(questions={"name": {}, "email": email, "phone": {"prefilled": "555"}})
    assert form["email"].is_hidden
    assert (form["email"].value(), form["phone"].value()) == ("marty@example.com", "555")


OWN = {"size": {"title": "Shoe size", "format": "select", "enum": ["41", "42"]}}


def test_a_page_whose_questions_leave_no_way_to_be_reached_asks_for_an_address_besides():
    form = page(OWN)
    assert list(form.fields) == ["name", "email", "timezone", "language", "size"]
    assert form.fields["email"].required
    assert page(OWN, name="Marty", size="41").errors.keys() == {"email"}
    assert page(OWN, **MARTY, size="41").is_valid()


def test_an_address_that_is_hidden_and_set_by_nobody_is_asked_in_sight():
    form = page(OWN | {"email": {"title": "Where to?", "hidden": True}}, name="Marty")
    assert not form["email"].is_hidden
    assert form.fields["email"].label == "Where to?"
    assert "email" in form.errors


def test_a_page_without_questions_of_its_own_asks_the_usual_ones():
    assert {"name", "email", "phone"} <= set(page({}).fields)
    assert page({}, name="Marty", phone="555").errors.keys() == {"email"}


def test_what_is_only_to_be_read_keeps_the_answer_that_the_project_gives():
    questions = {
        "plan": {"prefilled": "basic", "readonly": True},
        "terms": {"format": "checkbox", "prefilled": False, "readonly": True},
        "size": {"prefilled": "41"},
        "code": {"readonly": True, "prefilled": ""},
        "hats": {"readonly": True, "prefilled": []},
        "note": {"format": "label", "readonly": True, "prefilled": "x"},
        "junk": "readonly",
    }
    sent = {"plan": "gold", "terms": True, "size": "42", "code": "88", "own": 1}
    kept = {"plan": "basic", "terms": False, "size": "42", "code": "88", "own": 1}
    assert with_fixed_answers(sent, questions) == kept
    assert with_fixed_answers({}, questions) == {"plan": "basic", "terms": False}
    assert sent["plan"] == "gold"


def test_one_of_several_choices_is_kept_as_the_page_keeps_it():
    hats = {"format": "checkbox", "enum": ["a", "b"], "prefilled": "a", "readonly": True}
    sent = {"name": "Marty", "email": "marty@example.org", "hats": "b"}
    for data in (QueryDict(urlencode(sent)), sent):
        form = CustomerForm(data, questions={"hats": hats})
        assert form.is_valid()
        assert form.instance.answers["hats"] == ["a"]
    assert with_fixed_answers({"hats": "b"}, {"hats": hats}) == {"hats": ["a"]}
    asked = CustomerForm(QueryDict(urlencode(sent)), questions={"hats": hats | {"prefilled": ""}})
    assert asked.is_valid()
    assert asked.instance.answers["hats"] == ["b"]


def test_what_a_link_says_changes_nothing_that_is_only_to_be_read():
    questions = {**QUESTIONS, "plan": {"format": "text", "prefilled": "basic", "readonly": True}}
    project = Project(customer_fields=questions)
    form = DetailsForm({**MARTY, "size": "42"}, project=project, initial={"plan": "gold", "size": "41"})
    assert form["plan"].value() == "basic"
    assert form["size"].initial == "41"
    form.is_valid()
    assert form.instance.answers["plan"] == "basic"


@pytest.mark.parametrize(
    "question",
    [
        {"format": "select", "enum": ["a", "b"], "prefilled": "x"},
        {"format": "email", "prefilled": "n/a"},
        {"format": "text", "prefilled": {"a": 1}},
    ],
)
def test_an_answer_that_its_own_question_refuses_is_none(question):
    questions = {"code": {**question, "readonly": True}}
    assert with_fixed_answers({"code": "mine", "name": "Marty"}, questions) == {"name": "Marty"}


def test_a_wish_for_texts_where_no_number_is_asked_is_refused_in_words():
    form = page({"email": {}, "wants_texts": {}}, **MARTY, wants_texts="on")
    assert form.non_field_errors() == ["Give the number to which text messages go."]
