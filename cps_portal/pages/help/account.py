"""Questions about one's account and data (programme §1, §10)."""

from django.utils.translation import gettext_lazy as _

from cps_portal.pages.help.section import Group, Section

GROUP = Group(
    "account",
    _("Your account"),
    (
        Section(
            "mail",
            _("Which mails do I get?"),
            (
                _(
                    "What needs you is always mailed. Good news comes at once, once a day or not at all, as you choose."
                    " Everything stands under Messages."
                ),
            ),
            ((_("Choose what we mail you"), "messages-preferences"), (_("Messages"), "messages")),
            _("notifications, e-mail, unsubscribe, newsletter"),
        ),
        Section(
            "sign-in-details",
            _("How do I change my e-mail address, password or passkey?"),
            (
                _(
                    "On your account page, under Signing in. We ask who you are before anything changes. A new e-mail"
                    " address counts once you have entered the code that we mail to it; the old address gets a link"
                    " that undoes the change for %(email_undo)s."
                ),
                _(
                    "A passkey signs you in with a fingerprint, a face or a PIN of your device. If you have lost your"
                    " password, we mail you a code with which you choose a new one."
                ),
            ),
            (
                (_("Change the e-mail address"), "account_email"),
                (_("Your account"), "account"),
                (_("Passkeys and two-step sign-in"), "mfa_index"),
                (_("Forgotten password"), "account_reset_password"),
            ),
            _("login, sign in, security, two-step, authenticator, recovery codes, reset, forgot"),
        ),
        Section(
            "my-data",
            _("Who sees my data, and how do I get it or have it deleted?"),
            (
                _(
                    "You see which role of our staff opened your data, and when. You can take a copy of everything with"
                    " you, or close your account; the pages say what goes and what has to stay."
                ),
            ),
            (
                (_("Privacy"), "privacy"),
                (_("Download your data"), "account-export"),
                (_("Close your account"), "account-close"),
            ),
            _("privacy, GDPR, delete account, erase, export, leave"),
        ),
        Section(
            "ask-us",
            _("My question is not here"),
            (_("Write to us. We answer members in their account and by mail, and others by mail."),),
            ((_("Write to us"), "contact"), (_("Your questions"), "threads")),
            _("contact, support, telephone, complaint, question"),
        ),
    ),
)
