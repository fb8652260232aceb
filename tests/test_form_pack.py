"""The template pack renders a form as the look draws it, with every tie a screen reader needs."""

import re

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout, Submit
from django import forms
from django.template import Context, Template
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


class Details(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput, initial="once")
    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="E-mail", help_text="The confirmation goes here.")
    phone = forms.CharField(required=False)
    pay = forms.ChoiceField(choices=[("a", "Now"), ("b", "Later")])
    visit = forms.ChoiceField(choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect)
    note = forms.CharField(widget=forms.Textarea, required=False)
    consent = forms.BooleanField(error_messages={"required": "Please agree."})

    def clean(self):
        if self.cleaned_data.get("phone") == "0":
            raise forms.ValidationError("One of the two is needed.")


def render(source, form):
    html = Template("{% load crispy_forms_tags %}" + source).render(
        Context({"form": form, "csrf_token": "t"})
    )
    return re.sub(r"\s+(?=<)", "", re.sub(r"\s+", " ", html)).strip()


def field(named, **data):
    return render(f"{{{{ form.{named}|as_crispy_field }}}}", Details(data or None))


def test_a_required_field_has_its_label_and_its_control():
    assert field("name") == (
        '<div class="field"><label for="id_name"><bdi>Name</bdi></label>'
        '<input type="text" name="name" autocomplete="name" class="control" required id="id_name"></div>'
    )


def test_an_optional_field_says_so():
    assert (
        '<label for="id_phone"><bdi>Phone</bdi><span class="field__optional">(optional)</span></label>'
        in field("phone")
    )


def test_an_error_stands_between_hint_and_control_and_is_tied_to_it():
    html = field("email", email="katharina@")
    assert html.startswith('<div class="field field--error"><label for="id_email"><bdi>E-mail</bdi></label>')
    hint, error, control = (
        html.index(part) for part in ('id="id_email_helptext"', 'id="id_email_error"', '<input type="email"')
    )
    assert hint < error < control
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert '<span class="vh">Error:</span>Enter a valid email address.</p>' in html


def test_a_box_to_tick_has_its_error_above_and_its_label_beside_it():
    html = field("consent", name="x")
    assert html.index("Please agree.") < html.index('<div class="check"><input type="checkbox"')
    assert '<label for="id_consent"><bdi>Consent</bdi></label></div>' in html
    assert 'aria-describedby="id_consent_error"' in html


def test_radios_are_one_group_with_a_legend():
    html = field("visit")
    assert html.startswith('<fieldset class="field" id="id_visit"><legend><bdi>Visit</bdi></legend>')
    assert html.count('class="check check--radio"') == 2
    assert '<label for="id_visit_0">Yes</label>' in html


@pytest.mark.parametrize(("name", "tag"), [("pay", "<select "), ("note", "<textarea ")])
def test_selects_and_long_texts_are_controls(name, tag):
    html = field(name)
    assert tag in html
    assert 'class="control"' in html


def test_the_summary_counts_the_answers_and_links_to_their_controls():
    html = render(
        "{{ form|as_crispy_errors }}", Details({"name": "Kim", "email": "kim@", "pay": "a", "token": "t"})
    )
    assert '<h2 id="problems">3 answers need another look</h2>' in html
    assert '<a href="#id_email">E-mail: Enter a valid email address.</a>' in html
    assert '<a href="#id_visit_0">Visit: This field is required.</a>' in html
    assert '<a href="#id_consent">Please agree.</a>' in html


def test_an_error_of_the_whole_form_and_of_a_hidden_field_are_said_without_a_link():
    html = render("{{ form|as_crispy_errors }}", Details({"phone": "0"}))
    assert "<li>One of the two is needed.</li>" in html
    assert "<li>This field is required.</li>" in html


def test_a_form_without_errors_has_no_summary():
    assert render("{{ form|as_crispy_errors }}", Details()) == ""


def test_the_whole_form_puts_its_problems_first_and_leaves_checking_to_the_server():
    form = Details({})
    form.helper = FormHelper()
    form.helper.add_input(Submit("go", "Book this time"))
    html = render("{% crispy form %}", form)
    assert html.startswith('<section class="problems" aria-labelledby="problems" tabindex="-1" autofocus>')
    assert '<form class="form" method="post" novalidate data-once>' in html
    assert '<input type="hidden" name="csrfmiddlewaretoken" value="t">' in html
    assert '<button class="btn btn--primary" type="submit" name="go" value="Book this time">' in html


def test_a_layout_of_the_helper_is_followed():
    form = Details()
    form.helper = FormHelper()
    form.helper.layout = Layout(Fieldset("You", "name", "email"), Div("phone", css_class="more-room"))
    html = render("{% crispy form %}", form)
    assert '<fieldset class="group"><legend>You</legend><div class="field"><label for="id_name">' in html
    assert '<div class="more-room"><div class="field"><label for="id_phone">' in html


def test_the_fields_alone_bring_their_hidden_companions():
    html = render("{{ form|crispy }}", Details())
    assert html.startswith('<input type="hidden" name="token" value="once" id="id_token">')
    assert "<form" not in html


def test_what_was_typed_is_escaped():
    html = field("name", name='"><script>x</script>')
    assert "<script>" not in html
