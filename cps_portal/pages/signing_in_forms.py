"""allauth's forms in the portal's words: labels instead of placeholders, one way to say e-mail."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkeys
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from qrcode import make as draw_qr
from qrcode.image.svg import SvgPathFillImage

from cps_portal.staff_access import shorten_for_staff

PASSWORD_LIMIT = 1000
KEY_NAME_LIMIT = 100
LABELS = {
    "email": _("E-mail"),
    "login": _("E-mail"),
    "oldpassword": _("Password until now"),
    "password2": _("New password once more"),
}
# What is said beside a field that was left empty, by its name.
MISSING = {
    "email": _("Enter your e-mail address."),
    "login": _("Enter your e-mail address."),
    "password": _("Enter your password."),
    "oldpassword": _("Enter your password."),
    "password1": _("Enter a password."),
    "password2": _("Enter the password once more."),
    "name": _("Enter a name."),
    "code": _("Enter the code."),
}
# What members read in allauth's own words: named here, so that our catalogues translate it and not allauth's.
READ_BY_MEMBERS = (
    gettext_noop("Authenticator code"),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("Code"),
    gettext_noop("Current Password"),
    gettext_noop("Incorrect code."),
    gettext_noop("Incorrect password."),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Password (again)"),
    gettext_noop("Please type your current password."),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("The new value must be different from the current one."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Use a security key"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use your password"),
    gettext_noop("You must type the same password each time."),
)


class InOurWords:
    """Takes the placeholders out of an allauth form, and bounds what it accepts."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in LABELS:
                field.label = LABELS[name]
            if name == "password1" and "password2" in self.fields:
                field.label = _("New password")
            if "password" in name:
                field.validators.append(MaxLengthValidator(PASSWORD_LIMIT))
            if name in MISSING:
                field.error_messages["required"] = MISSING[name]
            if name == "name":
                field.validators.append(MaxLengthValidator(KEY_NAME_LIMIT))


class SignInForm(InOurWords, account.LoginForm):
    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """As allauth's, and staff get their shorter session."""
        response = super().login(request, redirect_url)
        # allauth sets the session's length after the sign-in, so ours has to come after that.
        shorten_for_staff(request)
        return response


class AddEmailForm(InOurWords, account.AddEmailForm):
    pass


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(InOurWords, account.SetPasswordForm):
    pass


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(InOurWords, account.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):
    pass


class RequestLoginCodeForm(InOurWords, account.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(InOurWords, account.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(InOurWords, account.ConfirmEmailVerificationCodeForm):
    pass


class ConfirmPasswordResetCodeForm(InOurWords, account.ConfirmPasswordResetCodeForm):
    pass


class SecondStepForm(InOurWords, second_step.AuthenticateForm):
    pass


class SecondStepAgainForm(InOurWords, second_step.ReauthenticateForm):
    pass


class ActivateAppForm(InOurWords, app.ActivateTOTPForm):
    pass


class AddPasskeyForm(InOurWords, passkeys.AddWebAuthnForm):
    """A key that signs one in by itself, unless one says that it is a second step only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("passwordless", True)
        self.fields["passwordless"].label = _("Sign in with it alone")
        self.fields["passwordless"].help_text = _(
            "Your device then asks for a fingerprint, face or PIN. Otherwise it is a second step after the password."
        )


class SignUpPasskeyForm(InOurWords, passkeys.SignupWebAuthnForm):
    pass


class RenamePasskeyForm(InOurWords, passkeys.EditWebAuthnForm):
    pass


class PortalMFAAdapter(DefaultMFAAdapter):
    """allauth's, with a QR code that can be scanned from a dark page too."""

    def build_totp_svg(self, url: str) -> str:
        return draw_qr(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")
