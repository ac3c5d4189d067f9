"""What a clerk writes to the member: a reply that is kept ready, or words of their own."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitbag.models import ReplyTemplate

ENGLISH = "en"


class ReplySelect(forms.Select):
    """Each option carries its text, for the script that puts it into the note."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if text := self.texts.get(str(value)):
            option["attrs"]["data-text"] = text
        return option


class ReplyForm(forms.Form):
    """One of three decisions, each a button of its own. Where the note is empty the chosen reply is the note."""

    decision = forms.ChoiceField(
        choices=[("accept", ""), ("ask", ""), ("reject", "")],
        error_messages={
            "required": gettext_lazy("Choose what to do."),
            "invalid_choice": gettext_lazy("Choose what to do."),
        },
    )
    reply = forms.ChoiceField(label=gettext_lazy("Reply kept ready"), required=False, widget=ReplySelect)
    note = forms.CharField(
        label=gettext_lazy("Note to the member, to reject or to ask"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = replies_in(language)
        self.titles = {str(row.pk): row.title for row in rows}
        reply = self.fields["reply"]
        assert isinstance(reply, forms.ChoiceField)
        assert isinstance(reply.widget, ReplySelect)
        reply.choices = [
            ("", _("Write it yourself")),
            *(
                (kind.label, [(str(row.pk), row.title) for row in rows if row.kind == kind])
                for kind in ReplyTemplate.Kind
            ),
        ]
        reply.widget.texts = {str(row.pk): row.text for row in rows}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        reply = self.fields["reply"].widget
        note = (data.get("note") or "").strip()
        if not note and data.get("reply") and isinstance(reply, ReplySelect):
            note = reply.texts[data["reply"]]
        if data.get("decision") in ("ask", "reject") and not note and "note" not in self.errors:
            self.add_error("note", _("Write to the member what it is about, or choose a reply."))
        return {**data, "note": note, "reply_title": self.titles.get(data.get("reply", ""), "")}


def replies_in(language: str) -> list[ReplyTemplate]:
    """The replies in use in a member's language; in English where there are none of it."""
    rows = list(ReplyTemplate.objects.filter(is_active=True, language__in={language, ENGLISH}))
    return [row for row in rows if row.language == language] or rows
