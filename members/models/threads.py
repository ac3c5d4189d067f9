"""Threads: what people ask, also without an account, and what staff answer (programme §9)."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    LOST_CARD = "lost_card", _("I lost my card")
    PACK = "pack", _("My welcome pack has not arrived")
    SERIAL = "serial", _("A problem with a serial number")
    OTHER = "other", _("Something else")


class Thread(models.Model):
    """A question and its answers. Without an account its address is where answers go."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for us")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="threads")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8)
    topic = models.CharField(max_length=12, choices=Topic)
    product = models.CharField(max_length=120, blank=True, help_text=_("The model it is about."))
    serial = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at"]
        constraints = [
            models.CheckConstraint(
                name="thread_of_an_account_or_an_address",
                condition=Q(user__isnull=False, email="", name="")
                | (Q(user__isnull=True) & ~Q(email="") & ~Q(name="")),
            ),
            models.CheckConstraint(name="thread_state_known", condition=Q(state__in=["open", "answered", "closed"])),
            models.CheckConstraint(
                name="thread_topic_known", condition=Q(topic__in=["lost_card", "pack", "serial", "other"])
            ),
        ]
        indexes = [
            models.Index(name="thread_of_user", fields=["user", "-changed_at"]),
            models.Index(name="thread_open", fields=["changed_at"], condition=Q(state="open")),
            models.Index(name="thread_by_change", fields=["changed_at"]),
            models.Index(name="thread_about_packs", fields=["opened_at"], condition=Q(topic="pack")),
            models.Index(name="thread_by_serial", fields=["serial"], condition=~Q(serial="")),
            models.Index(name="thread_by_email", fields=["email"], condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} {self.opened_at:%Y-%m-%d}"


class Post(models.Model):
    """What was written in a thread, by its person or by staff. Never rewritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="posts")
    from_staff = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.TextField(max_length=4000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="post_says_something", condition=~Q(words="")),
            models.CheckConstraint(
                name="post_of_staff_has_an_author", condition=Q(from_staff=False) | Q(by__isnull=False)
            ),
        ]
        indexes = [models.Index(name="post_by_moment", fields=["at"])]

    def __str__(self) -> str:
        return self.words[:60]


def thread_storage() -> Storage:
    """Where files of threads lie: outside the web root, by the setting STORAGES["threads"]."""
    return storages["threads"]


def random_name(file: "PostFile", name: str) -> str:
    """A name that says nothing: the uploaded one is only kept as text."""
    key = uuid.uuid4().hex
    return f"{key[:2]}/{key}"


class PostFile(models.Model):
    """A photo or paper sent with a post, made anew like every upload."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="files")
    file = models.FileField(storage=thread_storage, upload_to=random_name, max_length=80)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="post_file_once", fields=["post", "digest"]),
            models.CheckConstraint(name="post_file_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="post_file_content_type_known",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def content(self) -> bytes:
        """The file as it is kept; FileNotFoundError where it is gone."""
        with thread_storage().open(str(self.file.name)) as file:
            return bytes(file.read())
