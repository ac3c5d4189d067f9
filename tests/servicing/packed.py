"""Welcome packs that wait, for tests of packing."""

from datetime import UTC, datetime, timedelta

from servicing.models import PackContents, WelcomePack
from tests.factories import MemberFactory

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
# English, Greek, Polish, Georgian and Arabic: name, lines, country.
PEOPLE = (
    ("Layla Mansour", ("1 Rye Lane", "London", "SE15 4TY"), "GB"),
    ("Ελένη Παπαδοπούλου", ("Λεωφόρος Κηφισίας 12", "115 26 Αθήνα"), "GR"),
    ("Łukasz Wiśniewski", ("ul. Świętokrzyska 4/17", "00-333 Łódź"), "PL"),
    ("გიორგი ბერიძე", ("რუსთაველის გამზირი 8", "0108 თბილისი"), "GE"),
    ("ليلى الشامي", ("شارع الملك حسين ١٢", "عمّان 11118"), "JO"),
)


def waiting_pack(name="Layla Mansour", lines=("1 Rye Lane", "London", "SE15 4TY"), country="GB", *, days=0, **fields):
    """A pack of a new member, asked for some days after AT."""
    member = fields.pop("member", None) or MemberFactory(user__name=name, user__language=fields.pop("language", "en"))
    fields.setdefault("contents", PackContents.objects.order_by("valid_from").first())
    return WelcomePack.objects.create(
        member=member,
        level=1,
        name=name,
        lines="\n".join(lines),
        country=country,
        requested_at=AT + timedelta(days=days),
        **fields,
    )
