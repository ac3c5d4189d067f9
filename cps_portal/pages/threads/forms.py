"""Forms of questions and answers: they shape what was sent and write nothing."""

import re
import unicodedata
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cps_portal.pages.kitbag.proof_form import ACCEPTED
from members.models.threads import Topic
from members.rules.names import STEERING, can_be_seen, tidy

WORDS_LENGTH = 4000
ERRORS = {
    "words_missing": gettext_lazy("Write what it is about."),
    "other_words": gettext_lazy("This message was sent already, with other words. Send it again to send it as well."),
    "not_yours": gettext_lazy("This form is out of date. Send it again."),
    "moved": gettext_lazy("Somebody wrote or closed this meanwhile. Read it, then send again."),
}


def clean_words(text: str) -> str:
    """Text of several lines without what cannot be seen or steers its direction."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\v\f]", "\n", text)
    seen = "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    return re.sub(r"\n{4,}", "\n\n\n", STEERING.sub("", seen)).strip()


class WordsField(forms.CharField):
    """What is asked or answered: at most 4,000 characters, a new line being one."""

    def to_python(self, value: Any) -> str:
        return clean_words(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not can_be_seen(value):
            raise forms.ValidationError(self.error_messages["required"], code="required")


class LineField(forms.CharField):
    """One line, as names are."""

    def to_python(self, value: Any) -> str:
        return tidy((super().to_python(value) or "").replace("\0", ""))


class ManyFiles(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def __init__(self) -> None:
        super().__init__({"accept": ACCEPTED})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """Photos or papers, none needed; they are looked at by files.take, not here."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [one for one in data or () if one]


def _files() -> FilesField:
    return FilesField(
        label=gettext_lazy("Photos or papers"),
        required=False,
        help_text=gettext_lazy(
            "Up to five: JPEG, PNG, HEIC, TIFF or PDF, 10 MB each. Where a photo was taken is removed."
        ),
    )


class WriteForm(forms.Form):
    """A message in a thread; `post` is its key."""

    use_required_attribute = False

    post = forms.UUIDField(widget=forms.HiddenInput)
    words = WordsField(
        label=gettext_lazy("Your message"),
        max_length=WORDS_LENGTH,
        error_messages={"required": ERRORS["words_missing"]},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    photos = _files()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"post": uuid4(), "thread": uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def refuse(self, code: str) -> None:
        """Say what was refused; where a key cannot be used again the form gets new ones."""
        self.add_error("words" if code == "words_missing" else None, str(ERRORS[code]))
        if code in ("other_words", "not_yours"):
            self.renew()

    def renew(self) -> None:
        """New keys: what is sent next is another message."""
        data: Any = QueryDict(mutable=True)
        if isinstance(self.data, QueryDict):
            data.update(self.data)
        for name in ("thread", "post"):
            data[name] = str(uuid4())
        self.data = data


class ContactForm(WriteForm):
    """A question of somebody who is signed in."""

    field_order = ["topic", "product", "serial", "words", "photos"]

    thread = forms.UUIDField(widget=forms.HiddenInput)
    topic = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=Topic.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )
    product = LineField(
        label=gettext_lazy("Model"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For example EOS R5 Mark II."),
    )
    serial = LineField(
        label=gettext_lazy("Serial number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("As it stands on the product. Where you cannot read it, say so."),
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("product", "serial"):
            self.fields[name].mark = gettext_lazy("(where it is about one product)")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A problem with a number names the model and the number. Adds errors."""
        data = super().clean() or self.cleaned_data
        if data.get("topic") == Topic.SERIAL:
            if not data.get("product") and "product" not in self.errors:
                self.add_error("product", _("Name the model."))
            if not data.get("serial") and "serial" not in self.errors:
                self.add_error("serial", _("Write the serial number."))
        return data


class GuestContactForm(ContactForm):
    """A question of somebody without an account, or who is not signed in."""

    field_order = ["topic", "product", "serial", "words", "photos", "name", "email"]

    name = LineField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter your name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        help_text=gettext_lazy("We answer by mail. You need no account."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        error_messages={
            "required": gettext_lazy("Enter your e-mail address."),
            "invalid": gettext_lazy("Enter an e-mail address such as name@example.org."),
        },
    )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not can_be_seen(name):
            raise forms.ValidationError(_("Enter your name."), code="required")
        return name

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
