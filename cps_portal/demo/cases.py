"""What the demo's members sent in: plain data. Days are working days of the centre, back from the demo's day."""

from dataclasses import dataclass
from typing import Literal

What = Literal[
    "request", "track", "receive", "inspect", "estimate", "accept", "decline", "repair", "parts", "check", "ship",
    "return", "beyond", "back", "delivered", "cancel", "reopen", "write", "answer", "book", "hand_over",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened: so many working days ago, at a time of the centre's clock.

    `words` are what was written; `ahead` are days from the demo's day until the parts come; `lines` are those of
    an estimate: kind, words, amount.
    """

    ago: int
    wall: str
    what: What
    words: str = ""
    ahead: int = 0
    lines: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One thing of one member in servicing; `lane`: what they choose where all places are taken."""

    who: str
    sku: str
    acts: tuple[Act, ...]
    centre: str = "UK"
    service: str = "repair"
    fault: str = "other"
    words: str = ""
    lane: Literal["", "queued", "standard"] = ""
    accessories: str = ""


SHUTTER = ("part", "Shutter unit", "168.00")
LABOUR = ("labour", "Labour, 2.5 hours", "145.00")
MOUNT = ("part", "Mount ring and contact flex", "64.00")

# The picture of a case: estimate 2 of £452.40 waits, and a lens is in quality check.
LAYLA = [
    Story(
        "layla",
        "eos-r5-mark-ii",
        (
            Act(5, "20:14", "request"),
            Act(5, "20:31", "track", "JD014600008821"),
            Act(4, "10:42", "receive", "Wear of use. Contacts green at the mount."),
            Act(3, "11:20", "inspect", "Shutter at 412,000 releases, second curtain slow."),
            Act(3, "16:05", "estimate", lines=(SHUTTER, LABOUR)),
            Act(2, "09:10", "accept"),
            Act(2, "09:40", "repair", "Shutter unit taken from stock."),
            Act(1, "11:15", "estimate", "Corrosion found under the mount ring.", lines=(SHUTTER, MOUNT, LABOUR)),
        ),
        fault="shutter",
        words="Upper third dark above 1/2000.",
        accessories="Body cap, strap",
    ),
    Story(
        "layla",
        "rf-24-70mm-f2-8l-is-usm",
        (
            Act(3, "18:40", "request"),
            Act(2, "10:05", "receive", "Clean outside, dust behind the front group."),
            Act(1, "09:30", "inspect"),
            Act(1, "10:10", "repair"),
            Act(1, "12:20", "write", "Please look at the zoom ring, too: it is stiff between 50 and 70."),
            Act(1, "14:30", "answer", "Greased, and it turns evenly now."),
            Act(1, "16:50", "check"),
        ),
        service="maintenance",
        fault="dirt_inside",
        words="The yearly clean and check.",
        accessories="Both caps",
    ),
]

OTHERS = [
    # Ingrid, Platinum: three places taken, two of them late for parts, a loan out; one waits, one at the standard time.
    Story(
        "platinum-no",
        "eos-r5-mark-ii",
        (
            Act(11, "19:05", "request"),
            Act(9, "10:00", "receive", "Fell on its prism; the hot shoe is bent."),
            Act(8, "09:20", "inspect"),
            Act(8, "10:30", "estimate", lines=(("part", "Top cover unit", "212.00"), LABOUR)),
            Act(8, "14:00", "accept"),
            Act(8, "15:10", "repair"),
            Act(7, "09:30", "parts", "The top cover comes from Japan.", ahead=5),
            Act(6, "10:15", "book"),
            Act(5, "11:00", "hand_over"),
        ),
        fault="fall",
        words="Dropped on a quay in Ålesund.",
    ),
    Story(
        "platinum-no",
        "rf-70-200mm-f2-8l-is-usm",
        (
            Act(9, "20:10", "request"),
            Act(6, "09:40", "receive", "Works; stabiliser rattles."),
            Act(5, "10:00", "inspect"),
            Act(5, "11:00", "repair"),
            Act(4, "15:30", "parts", "A stabiliser unit is on order.", ahead=8),
        ),
        fault="stabiliser",
        words="It jumps when it starts.",
    ),
    Story(
        "platinum-no",
        "eos-c300-mark-iii",
        (
            Act(6, "17:00", "request"),
            Act(3, "11:10", "receive", "As described, with top handle."),
            Act(2, "13:00", "inspect"),
            Act(1, "09:45", "repair"),
        ),
        fault="fan",
        words="The fan is loud.",
    ),
    Story(
        "platinum-no",
        "rf-100-500mm-f4-5-7-1l-is-usm",
        (Act(4, "19:00", "request"), Act(2, "09:50", "receive", "No marks."), Act(1, "15:00", "inspect")),
        fault="focus",
        words="It hunts at 500 mm.",
        lane="queued",
    ),
    Story(
        "platinum-no",
        "rf-24-70mm-f2-8l-is-usm",
        (Act(2, "20:00", "request"),),
        fault="soft",
        words="The left side is soft at 24 mm.",
        lane="standard",
    ),
    # An estimate that nobody answered, one that went back as it was, and one on its way.
    Story(
        "gold-it",
        "rf-70-200mm-f2-8l-is-usm-z",
        (
            Act(21, "18:00", "request"),
            Act(19, "10:20", "receive", "Front group scratched."),
            Act(18, "10:00", "inspect"),
            Act(18, "15:00", "estimate", lines=(("part", "First group", "690.00"), LABOUR)),
        ),
        centre="IT",
        fault="soft",
        words="Scratched by sand.",
    ),
    Story(
        "gold-it",
        "extender-rf1-4x",
        (
            Act(7, "18:00", "request"),
            Act(5, "11:00", "receive", "Mount bent."),
            Act(4, "10:00", "inspect"),
            Act(4, "11:30", "estimate", lines=(("part", "Mount", "160.00"), LABOUR)),
            Act(3, "09:30", "decline", "A new one is not much more."),
            Act(2, "14:00", "return"),
        ),
        fault="mount",
    ),
    Story(
        "gold-it",
        "eos-c300-mark-iii",
        (Act(1, "19:30", "request"),),
        centre="IT",
        service="maintenance",
        words="Before the season.",
    ),
    # Silver in Germany: at the bench, and a request that never arrived.
    Story(
        "silver-de",
        "eos-r5-mark-ii",
        (Act(6, "18:20", "request"), Act(4, "08:50", "receive", "Sea salt on the dials."), Act(3, "09:00", "inspect")),
        centre="DE",
        fault="buttons",
        words="The rear dial skips.",
    ),
    Story(
        "silver-de",
        "extender-rf1-4x",
        (Act(20, "17:30", "request"),),
        centre="DE",
        service="maintenance",
    ),
    Story(
        "silver-de",
        "rf-24-70mm-f2-8l-is-usm",
        (Act(2, "17:30", "request"), Act(1, "09:10", "cancel", "Needed for a wedding first.")),
        centre="DE",
        fault="dirt_inside",
    ),
    # Red: at the standard time, without a target.
    Story(
        "red-gb",
        "eos-5d-mark-iii",
        (Act(5, "12:30", "request"), Act(3, "15:20", "receive", "Heavily used."), Act(1, "10:40", "inspect")),
        fault="dark_or_bright",
    ),
    # In Dubai the weekend is Friday and Saturday; the partner takes repairs on Fast Track.
    Story(
        "salma",
        "eos-r5-mark-ii",
        (
            Act(4, "20:00", "request"),
            Act(3, "10:30", "receive", "Dust in the viewfinder."),
            Act(2, "09:30", "inspect"),
            Act(1, "10:00", "repair"),
        ),
        centre="AEDXB",
        fault="sensor_dirt",
        words="بقع على المستشعر عند f/16.",
    ),
    Story(
        "silver-eg",
        "rf-24-70mm-f2-8l-is-usm",
        (Act(4, "19:00", "request"), Act(2, "11:00", "receive", "As described.")),
        centre="EGCAI",
        fault="zoom_ring",
    ),
    # Sent in again: its second stretch waits for the parcel.
    Story(
        "press",
        "eos-r5-mark-ii",
        (
            Act(23, "18:00", "request"),
            Act(22, "10:00", "receive", "Used hard, all there."),
            Act(21, "10:00", "inspect"),
            Act(21, "11:00", "repair"),
            Act(20, "09:30", "check"),
            Act(20, "11:45", "ship"),
            Act(18, "12:00", "back"),
            Act(2, "19:15", "reopen", "The same line is back at high ISO."),
        ),
        fault="dark_or_bright",
        words="A line in the shadows at high ISO.",
    ),
]


def done(who: str, sku: str, ago: int, took: int, wall: str, *, centre: str = "UK", service: str = "repair") -> Story:
    """A case that is over: received `ago` working days back, and shipped after so many, at a time of that day."""
    first = ago - 1
    acts = (
        Act(ago + 1, "18:10", "request"),
        Act(ago, "10:00", "receive", "As described."),
        Act(first, "09:30", "inspect"),
        Act(first, "10:30", "repair"),
        Act(first - took, "09:15", "check"),
        Act(first - took, wall, "ship"),
        Act(first - took - 2, "12:00", "back"),
    )
    return Story(who, sku, acts, centre=centre, service=service)


# At least ten of one centre within 90 days give its real turnaround.
PAST = [
    done("platinum-no", "eos-c300-mark-iii", 58, 3, "11:00"),
    done("platinum-no", "eos-r5-mark-ii", 55, 1, "14:10"),
    done("layla", "speedlite-el-1", 52, 2, "12:40"),
    done("gold-it", "eos-c300-mark-iii", 50, 2, "16:20", service="maintenance"),
    done("silver-de", "eos-r5-mark-ii", 48, 2, "15:35"),
    done("platinum-no", "rf-70-200mm-f2-8l-is-usm", 45, 1, "10:20"),
    done("red-gb", "eos-5d-mark-iii", 43, 2, "13:00"),
    done("silver-de", "rf-24-70mm-f2-8l-is-usm", 41, 1, "16:45"),
    done("platinum-no", "rf-100-500mm-f4-5-7-1l-is-usm", 38, 1, "13:30"),
    done("gold-it", "extender-rf1-4x", 36, 1, "09:50"),
    done("layla", "eos-5d-mark-iii", 34, 2, "16:30"),
    done("platinum-no", "rf-24-70mm-f2-8l-is-usm", 31, 1, "12:15", service="maintenance"),
    done("gold-it", "rf-70-200mm-f2-8l-is-usm-z", 29, 2, "10:05"),
    done("red-gb", "ef-40mm-f2-8-stm", 27, 2, "09:45"),
    done("silver-de", "extender-rf1-4x", 35, 1, "15:00"),
    done("platinum-no", "ef-16-35mm-f2-8l-iii-usm", 20, 2, "10:50"),
    done("silver-de", "rf-24-70mm-f2-8l-is-usm", 30, 3, "11:00", centre="DE"),
    done("salma", "rf-100-500mm-f4-5-7-1l-is-usm", 28, 3, "14:00", centre="AEDXB"),
]

STORIES = [*LAYLA, *OTHERS, *PAST]
