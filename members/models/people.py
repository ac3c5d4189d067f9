"""People: the user who signs in, and the member beside them."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from members.name_search import name_index
from members.rules.numbers import spaced


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a normalised e-mail; without a password they sign in by code or passkey."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Who signs in: members and staff. The e-mail is the only name at the door."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, default="en")
    mail_digest = models.BooleanField(
        _("one mail a day"), default=False, help_text=_("What is not urgent comes together, once a day.")
    )
    mail_unwanted = ArrayField(
        models.CharField(max_length=24), default=list, blank=True, help_text=_("Kinds of message not wanted by mail.")
    )
    is_staff = models.BooleanField(default=False)
    # A country team: whose members an account of staff sees, everybody's when empty (members/country_teams.py).
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_email_in_lower_case", condition=Q(email=Lower("email"))),
            models.CheckConstraint(name="user_in_country_team_is_staff", condition=Q(countries=[]) | Q(is_staff=True)),
        ]
        indexes = [
            name_index("user_by_name", "name"),
            models.Index(name="user_of_staff", fields=["name"], condition=Q(is_staff=True)),
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        """The first word of the name, for greetings."""
        return self.name.split()[0] if self.name.split() else ""


class Field(models.TextChoices):
    """What a member mostly does, in their own words' nearest."""

    NEWS = "news", _("News and documentary")
    SPORT = "sport", _("Sport")
    WEDDING = "wedding", _("Weddings and portraits")
    COMMERCIAL = "commercial", _("Commercial and advertising")
    FASHION = "fashion", _("Fashion")
    NATURE = "nature", _("Nature and wildlife")
    FILM = "film", _("Film and video")
    OTHER = "other", _("Something else")


class Member(models.Model):
    """A person of the programme. Points and level live in kitbag.Standing, never here."""

    user = models.OneToOneField(User, models.CASCADE, related_name="member")
    number = models.CharField(max_length=10, unique=True, editable=False)
    country = CountryField(verbose_name=_("official country"))
    time_zone = models.CharField(max_length=64, default="UTC")
    phone = models.CharField(max_length=32, blank=True, db_default="")
    field = models.CharField(_("professional field"), max_length=16, choices=Field, blank=True, db_default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    adult_confirmed_at = models.DateTimeField()
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="member_field_known", condition=Q(field="") | Q(field__in=Field.values)),
            models.CheckConstraint(name="member_number_is_ten_digits", condition=Q(number__regex=r"^[0-9]{10}$")),
        ]
        indexes = [
            models.Index(name="member_by_country", fields=["country", "id"]),
            models.Index(name="member_by_joining", fields=["joined_at"]),
            models.Index(name="member_by_closing", fields=["closed_at"], condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{spaced(self.number)} {self.user.name}"

    @property
    def spaced_number(self) -> str:
        return spaced(self.number)


class Acceptance(models.Model):
    """A version of a document that a member accepted, and when (programme §1)."""

    class Document(models.TextChoices):
        TERMS = "terms", _("Terms of use")
        PRIVACY = "privacy", _("Privacy")

    member = models.ForeignKey(Member, models.CASCADE, related_name="acceptances")
    document = models.CharField(max_length=16, choices=Document)
    version = models.CharField(max_length=16)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="acceptance_once_a_version", fields=["member", "document", "version"]),
            models.CheckConstraint(name="acceptance_document_known", condition=Q(document__in=["terms", "privacy"])),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.version}"

    @classmethod
    def record(cls, member: Member, document: str, version: str, *, at: datetime) -> "Acceptance":
        """Keep the version and the moment; accepting the same version twice keeps the first."""
        row, _created = cls.objects.get_or_create(
            member=member, document=document, version=version, defaults={"accepted_at": at}
        )
        return row
