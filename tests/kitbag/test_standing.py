"""Registering, removing and editing move points and level in the same transaction."""

from datetime import date, timedelta

import pytest

from kitbag import editing, holds, invariants, night, registration, removal, standing, validation, valuing
from kitbag.models import ItemEvent, KitItem, LevelChange, Night, ProposedEdit, RemovalReason, Spell, Stage, Valuation
from kitbag.registration import Details, KitError
from kitbag.rules.valuing import PlanError
from kitbag.standing import DayTurned, Stands
from members.models import Level, Message
from tests.conftest import details
from tests.factories import NOON, MemberFactory, ProductFactory

DAY = NOON.date()


def test_a_complete_item_counts_at_once(layla, camera, register):
    item = register(layla, camera)
    assert item.state == KitItem.State.VALIDATED
    assert standing.on(layla.pk, DAY) == Stands(320, Level.RED)
    assert Message.objects.get(user=layla.user).kind == Message.Kind.ITEM_VALIDATED


@pytest.mark.parametrize("gap", ["serial_typed", "country_of_purchase", "purchased_on", "store"])
def test_a_missing_detail_keeps_a_draft(layla, camera, register, gap):
    item = register(layla, camera, **{gap: None if gap == "purchased_on" else ""})
    assert item.state == KitItem.State.DRAFT
    assert standing.on(layla.pk, DAY).points == 0


def test_levels_rise_with_a_line_of_history_and_a_message(layla, camera, lens, register):
    register(layla, camera)
    register(layla, lens, serial="1234567890")
    assert standing.on(layla.pk, DAY) == Stands(555, Level.SILVER)
    change = LevelChange.objects.get(member=layla)
    assert (change.from_level, change.to_level, change.causes) == (0, 1, ["registered"])
    assert Message.objects.filter(user=layla.user, kind=Message.Kind.LEVEL_UP).count() == 1


def test_photo_and_video_add_up_to_one_level(layla, register):
    """Two levels of the former scheme are one now (FAQ): neither kit alone makes Silver here."""
    for media in ("photo", "video"):
        register(layla, ProductFactory(media=media, points=300))
    assert standing.on(layla.pk, DAY) == Stands(600, Level.SILVER)


def test_a_unit_of_another_member_waits_as_a_claim_and_takes_nothing(layla, omar, camera, register):
    register(layla, camera, serial="012 345-678901")
    item = register(omar, camera, serial="012345678901")
    assert (item.state, item.reasons) == (KitItem.State.WAITING, ["unit_held"])
    assert standing.on(layla.pk, DAY).points == 320
    assert standing.on(omar.pk, DAY).points == 0


def test_removing_closes_the_spell_and_can_lower_the_level(layla, camera, lens, register):
    register(layla, camera)
    item = register(layla, lens, serial="1234567890")
    effect = removal.effect_of(item, day=DAY)
    assert (effect.before, effect.after) == (Stands(555, Level.SILVER), Stands(320, Level.RED))
    later = NOON + timedelta(days=1)
    for _twice in range(2):
        removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=later, by=layla.user)
    assert standing.on(layla.pk, later.date()) == effect.after
    assert standing.on(layla.pk, DAY) == effect.before
    assert Spell.objects.get(item=item).closed_cause == "sold"
    assert LevelChange.objects.filter(member=layla).count() == 2


def test_an_item_in_servicing_is_removed_only_as_stolen(layla, camera, register):
    item = register(layla, camera)
    KitItem.objects.filter(pk=item.pk).update(in_case_since=NOON)
    with pytest.raises(KitError, match="in_servicing"):
        removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=NOON, by=layla.user)
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.STOLEN, at=NOON, by=layla.user)
    other = MemberFactory()
    later = register(other, camera, serial=item.serial)
    assert "stolen" in later.reasons


def test_editing_details_goes_on_counting(layla, camera, register):
    item = register(layla, camera)
    new = details(item.serial_typed, store="Park Cameras")
    assert editing.edit_item(item.pk, member_id=layla.pk, details=new, at=NOON, by=layla.user) is None
    item.refresh_from_db()
    assert item.store == "Park Cameras"
    assert ItemEvent.objects.filter(item=item, kind="edited").get().facts == {"store": ["Jacobs", "Park Cameras"]}
    assert standing.on(layla.pk, DAY).points == 320
    with pytest.raises(KitError, match="details_missing"):
        editing.edit_item(item.pk, member_id=layla.pk, details=Details(), at=NOON, by=layla.user)


def test_a_clean_new_number_passes_at_once_and_never_drops_to_zero(layla, camera, register):
    item = register(layla, camera)
    later = NOON + timedelta(hours=2)
    edit = editing.edit_item(item.pk, member_id=layla.pk, details=details("999999999999"), at=later, by=layla.user)
    assert edit.state == ProposedEdit.State.PASSED
    assert Spell.objects.filter(item=item).count() == 2
    assert standing.on(layla.pk, DAY).points == 320
    assert not list(invariants.broken(at=later))


def test_an_odd_new_number_waits_and_staff_decide(layla, camera, register, vera):
    item = register(layla, camera)
    edit = editing.edit_item(item.pk, member_id=layla.pk, details=details("AB1"), at=NOON, by=layla.user)
    assert (edit.state, edit.reasons) == (ProposedEdit.State.WAITING, ["serial_shape"])
    item.refresh_from_db()
    assert item.state == KitItem.State.VALIDATED
    assert standing.on(layla.pk, DAY).points == 320
    validation.decide_edit(edit.pk, passes=True, by=vera, at=NOON + timedelta(hours=1))
    item.refresh_from_db()
    assert item.serial == "AB1"
    with pytest.raises(KitError, match="not_waiting"):
        validation.decide_edit(edit.pk, passes=False, note="No", by=vera, at=NOON)


def test_staff_accept_reject_and_ask(layla, camera, register, vera):
    odd = register(layla, camera, serial="AB1")
    assert odd.reasons == ["serial_shape"]
    validation.ask_member(odd.pk, note="Is there a photo?", by=vera, at=NOON)
    odd.refresh_from_db()
    assert odd.reasons == ["serial_shape", "asked"]
    with pytest.raises(KitError, match="note_missing"):
        validation.reject_item(odd.pk, note=" ", by=vera, at=NOON)
    validation.reject_item(odd.pk, note="The number is of another product.", by=vera, at=NOON)
    odd.refresh_from_db()
    assert (odd.state, odd.note) == (KitItem.State.REFUSED, "The number is of another product.")
    registration.complete_item(odd.pk, member_id=layla.pk, details=details("AB2"), at=NOON, by=layla.user)
    validation.accept_item(odd.pk, by=vera, at=NOON)
    assert standing.on(layla.pk, DAY).points == 320
    with pytest.raises(KitError, match="not_waiting"):
        validation.accept_item(odd.pk, by=vera, at=NOON)


def test_the_night_takes_a_fall_and_writes_one_change_and_one_message(layla, camera, lens, register, vera):
    register(layla, camera)
    register(layla, lens, serial="1234567890")
    assert standing.on(layla.pk, DAY).level == Level.SILVER
    falls = DAY + timedelta(days=3)
    valuing.replan(
        camera.pk, mark=(Stage.SUPERSEDED, falls), reason="Mark III", short_notice="It came late", by=vera, at=NOON
    )
    assert standing.on(layla.pk, falls) == Stands(235 + 192, Level.RED)
    at = NOON + timedelta(days=5)
    done = night.run(at=at, clock=lambda: at)
    assert done[-1] == at.date()
    change = LevelChange.objects.filter(member=layla).latest("at")
    assert (change.day, change.to_level, change.causes) == (falls, Level.RED, ["value"])
    message = Message.objects.get(kind=Message.Kind.LEVEL_DOWN, user=layla.user)
    assert message.facts["products"] == ["EOS R5 Mark II"]
    row = Night.objects.get(day=falls)
    assert (row.products_due, row.members, row.items, row.levels_up, row.levels_down) == (1, 1, 1, 0, 1)
    assert night.run(at=at, clock=lambda: at) == []
    assert not list(invariants.broken(at=at))


def test_an_operation_carries_its_member_over_missed_nights_like_the_night(layla, omar, camera, lens, register, vera):
    for member in (layla, omar):
        register(member, camera)
        register(member, lens, serial=f"12345678{member.pk % 90 + 10}")
    falls = DAY + timedelta(days=3)
    valuing.replan(
        camera.pk, mark=(Stage.SUPERSEDED, falls), reason="Mark III", short_notice="It came late", by=vera, at=NOON
    )
    holds.hold_level(
        layla, level=Level.GOLD, begins_on=DAY + timedelta(days=1), ends_on=falls, reason="Press", by=vera, at=NOON
    )
    at = NOON + timedelta(days=5)
    register(layla, ProductFactory(points=7), at=at)
    history = [
        (c.day, c.from_level, c.to_level, c.causes) for c in LevelChange.objects.filter(member=layla).order_by("at")
    ]
    assert history == [
        (DAY, 0, 1, ["registered"]),
        (DAY + timedelta(days=1), 1, 2, ["hold"]),
        (falls, 2, 0, ["value", "hold"]),
    ]
    night.run(at=at, clock=lambda: at)
    assert Night.objects.get(day=falls).members == 2
    assert LevelChange.objects.filter(member=omar).count() == 2
    assert not list(invariants.broken(at=at))


def test_thresholds_move_only_whose_level_they_change(layla, omar, camera, lens, register, vera):
    register(layla, camera)
    register(layla, lens, serial="1234567890")
    register(omar, lens, serial="1234567892")
    day = DAY + timedelta(days=2)
    holds.plan_thresholds(
        effective_on=day,
        silver=600,
        gold=1000,
        platinum=1600,
        reason="New",
        short_notice="It came late",
        by=vera,
        at=NOON,
    )
    at = NOON + timedelta(days=2)
    night.run(at=at, clock=lambda: at)
    change = LevelChange.objects.filter(member=layla).latest("at")
    assert (change.to_level, change.causes) == (Level.RED, ["threshold"])
    assert not LevelChange.objects.filter(member=omar).exists()
    assert Night.objects.get(day=day).thresholds_due == 1
    assert not list(invariants.broken(at=at))


def test_an_operation_of_a_day_that_is_over_writes_nothing(layla, camera, register):
    Night.objects.create(day=DAY + timedelta(days=1), begun_at=NOON + timedelta(hours=12))
    with pytest.raises(DayTurned):
        register(layla, camera)
    assert not KitItem.objects.exists()


def test_a_plan_is_revised_and_withdrawn_until_the_day_before(camera, vera):
    day = DAY + timedelta(days=10)
    valuing.replan(camera.pk, mark=(Stage.SUPERSEDED, day), reason="a", short_notice="It came late", by=vera, at=NOON)
    valuing.replan(
        camera.pk,
        mark=(Stage.SUPERSEDED, day + timedelta(days=5)),
        reason="b",
        short_notice="It came late",
        by=vera,
        at=NOON,
    )
    assert [(s.day, s.points) for s in valuing.steps_of(camera.pk)[1:]] == [(day + timedelta(days=5), 192)]
    valuing.replan(camera.pk, mark=(Stage.SUPERSEDED, None), reason="c", by=vera, at=NOON)
    assert len(valuing.steps_of(camera.pk)) == 1
    assert Valuation.objects.filter(product=camera).count() == 5
    with pytest.raises(PlanError, match="day_not_ahead"):
        valuing.replan(
            camera.pk, mark=(Stage.SUPERSEDED, DAY), reason="d", short_notice="It came late", by=vera, at=NOON
        )


def test_a_set_value_is_no_back_door_to_a_fall(camera, vera):
    day = DAY + timedelta(days=10)
    with pytest.raises(PlanError, match="below_the_day_before"):
        valuing.replan(camera.pk, set_value=valuing.SetValue(300, day), reason="x", by=vera, at=NOON)
    valuing.replan(camera.pk, mark=(Stage.SUPERSEDED, day), reason="a", short_notice="It came late", by=vera, at=NOON)
    with pytest.raises(PlanError, match="day_has_a_fall"):
        valuing.replan(camera.pk, set_value=valuing.SetValue(400, day), reason="x", by=vera, at=NOON)
    valuing.replan(camera.pk, set_value=valuing.SetValue(400, day - timedelta(days=5)), reason="x", by=vera, at=NOON)
    assert [step.points for step in valuing.steps_of(camera.pk)] == [320, 400, 192]


def test_more_than_ten_within_an_hour_wait_for_staff(layla, register):
    for n in range(10):
        assert register(layla, ProductFactory(points=1)).state == KitItem.State.VALIDATED, n
    assert register(layla, ProductFactory(points=1)).reasons == ["many"]
    assert register(layla, ProductFactory(points=1), at=NOON + timedelta(hours=2)).state == KitItem.State.VALIDATED


def test_a_date_before_the_product_or_after_today_everywhere_is_put_right_by_the_member(layla, camera, register):
    assert register(layla, camera, purchased_on=date(2011, 12, 31)).reasons == ["date_early"]
    assert register(layla, camera, purchased_on=DAY + timedelta(days=1), at=NOON).reasons == []
    assert register(layla, camera, purchased_on=DAY + timedelta(days=2)).reasons == ["date_future"]
