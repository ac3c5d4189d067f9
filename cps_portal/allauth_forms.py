"""Which of our forms allauth shows, by its own names: the settings ACCOUNT_FORMS and MFA_FORMS."""


def _ours(names: dict[str, str]) -> dict[str, str]:
    """Paths of the forms of signing in."""
    return {key: f"cps_portal.pages.signing_in_forms.{name}" for key, name in names.items()}


ACCOUNT = {"signup": "cps_portal.pages.joining_form.JoinForm"} | _ours(
    {
        "login": "SignInForm",
        "add_email": "AddEmailForm",
        "change_password": "ChangePasswordForm",
        "set_password": "SetPasswordForm",
        "reset_password": "ResetPasswordForm",
        "reset_password_from_key": "ResetPasswordKeyForm",
        "reauthenticate": "ReauthenticateForm",
        "request_login_code": "RequestLoginCodeForm",
        "confirm_login_code": "ConfirmLoginCodeForm",
        "confirm_email_verification_code": "ConfirmEmailVerificationCodeForm",
        "confirm_password_reset_code": "ConfirmPasswordResetCodeForm",
    }
)
MFA = _ours(
    {
        "authenticate": "SecondStepForm",
        "reauthenticate": "SecondStepAgainForm",
        "activate_totp": "ActivateAppForm",
        "add_webauthn": "AddPasskeyForm",
        "signup_webauthn": "SignUpPasskeyForm",
        "edit_webauthn": "RenamePasskeyForm",
    }
)
