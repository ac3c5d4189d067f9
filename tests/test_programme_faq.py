"""Each paragraph of the programme's FAQ and the tests that make it happen on the running portal.

The paper itself is no part of the project: its paragraphs stand here by their question and a key of our own words.
`help` is the section of the help page that answers the question. What merely informs is listed by itself, with a
test that asserts the page says it. A test is named by its file under tests/ and its name.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.urls import reverse

HERE = Path(__file__).parent

# Question → the section of the help page, and by paragraph the tests that make it happen.
HAPPENS = {
    "Can anyone sign up to CPS?": (
        "who-can-join",
        {
            "for professionals from 18 on, free": [
                "members/test_joining.py::test_joining_makes_a_red_member_at_once",
                "members/test_joining_input.py::test_odd_input_is_a_field_error",
                "members/test_joining.py::test_only_participating_countries_are_offered",
            ],
        },
    ),
    "What are Canon points and how do they work?": (
        "points",
        {
            "shown when a product is chosen": [
                "kitbag/test_kitbag_pages.py::test_points_are_shown_before_anything_is_entered"
            ],
            "added once the details are complete": [
                "kitbag/test_standing.py::test_a_complete_item_counts_at_once",
                "kitbag/test_standing.py::test_a_missing_detail_keeps_a_draft",
            ],
            "their sum is the level": [
                "kitbag/test_standing.py::test_levels_rise_with_a_line_of_history_and_a_message"
            ],
            "they may fall over time": [
                "kitbag/test_standing.py::test_the_night_takes_a_fall_and_writes_one_change_and_one_message"
            ],
        },
    ),
    "My product points are greyed-out and there is a blue dot showing. What does that mean?": (
        "blue-dot",
        {
            "the dot asks the member for something, and says what": [
                "kitbag/test_kitbag_pages.py::test_a_draft_links_to_the_very_fields",
                "portal/test_dashboard.py::test_what_staff_check_does_not_need_the_member",
            ],
            "all details given and validated, they count": [
                "kitbag/test_kitbag_pages.py::test_completing_a_draft_makes_it_count",
                "kitbag/test_doctor.py::test_one_save_makes_it_count",
            ],
        },
    ),
    "Can I join CPS with little or no kit?": (
        "little-kit",
        {
            "Red without a product": ["members/test_joining.py::test_joining_makes_a_red_member_at_once"],
            "Silver is next and opens more": [
                "browser/test_journey.py::test_a_photographer_joins_and_reaches_silver",
                "servicing/test_fast_track_page.py::test_a_red_member_sees_what_each_level_would_bring",
            ],
        },
    ),
    "How many points does my kit get me?": (
        "worth",
        {
            "known before anything is registered": [
                "portal/test_home.py::test_a_bag_adds_up_and_goes_along_to_joining",
                "portal/test_what_if.py::test_points_level_and_targets_of_a_bag",
            ],
            "finished another day": ["kitbag/test_kitbag_pages.py::test_everything_may_be_left_out"],
        },
    ),
    "Why have my points dropped?": (
        "fallen",
        {
            "a product left the kitbag": [
                "kitbag/test_standing.py::test_removing_closes_the_spell_and_can_lower_the_level"
            ],
            "a product was superseded or is out of service": [
                "kitbag/test_kitbag_pages.py::test_the_value_of_a_product_through_its_life",
                "kitbag/test_standing.py::test_the_night_takes_a_fall_and_writes_one_change_and_one_message",
            ],
            "older products keep some": ["kitbag/test_catalogue_load.py::test_the_first_value_follows_the_lifecycle"],
        },
    ),
    "My new membership level is not the same as my old CPS account?": (
        "old-level",
        {
            "old level beside the new one, with what closes the gap": [
                "members/test_former.py::test_who_joins_with_the_address_has_the_old_account_once_the_code_is_entered",
                "portal/test_former_page.py::test_levels_side_by_side_and_what_closes_the_gap",
                "portal/test_former_page.py::test_the_link_adds_it_with_its_number_and_the_gap_shrinks",
            ],
        },
    ),
    "What has happened to my CPS Video status?": (
        "video-status",
        {
            "photo and video add up in one account": [
                "kitbag/test_standing.py::test_photo_and_video_add_up_to_one_level",
            ],
        },
    ),
    "What information do I need to register?": (
        "what-to-have-ready",
        {
            "contact details make a member at once": [
                "members/test_joining.py::test_joining_makes_a_red_member_at_once",
                "browser/test_journey.py::test_a_photographer_joins_and_reaches_silver",
            ],
            "the details of a product, in one's own time": [
                "kitbag/test_kitbag_pages.py::test_everything_may_be_left_out",
                "kitbag/test_kitbag_pages.py::test_completing_a_draft_makes_it_count",
            ],
            "points once validated": ["kitbag/test_standing.py::test_staff_accept_reject_and_ask"],
            "details must be right, proof is asked for": [
                "kitbag/test_claim_pages.py::test_asking_with_proof",
                "servicing/test_sending_in.py::test_a_warranty_repair_takes_the_proof_of_purchase_right_there",
            ],
        },
    ),
    "Which Canon products can I register?": (
        "which-products",
        {
            "over 3,000, of every kind, old and new": [
                "kitbag/test_catalogue_load.py::test_the_whole_file_is_loaded_quickly_and_a_second_time_not_at_all",
                "portal/test_home.py::test_counts_are_computed",
            ],
            "bought elsewhere too": [
                "kitbag/test_kitbag_pages.py::test_bought_outside_the_programme_counts_and_states_the_limits"
            ],
            "120 on Fast Track, from two days by level": [
                "servicing/test_fast_track_page.py::test_what_a_higher_level_changes_and_what_it_does_not",
                "servicing/test_eligibility.py::test_repairs_count_at_partners_too_and_the_rest_only_at_canon_centres",
            ],
        },
    ),
    "Where can I find a product’s serial number?": (
        "serial-number",
        {
            "the place for the kind of product": [
                "kitbag/test_kitbag_forms.py::test_every_place_of_a_serial_number_is_known_to_translators",
                "browser/test_keeping.py::test_a_serial_number_is_read_from_a_photo",
            ],
        },
    ),
    "Can I register second hand equipment?": (
        "second-hand",
        {
            "like any other": ["kitbag/test_claims.py::test_releasing_hands_over_in_one_act"],
            "in trouble: a message with model and serial number": [
                "members/test_threads.py::test_a_member_asks_reads_the_answer_and_writes_on",
                "browser/test_claims.py::test_the_holder_releases_a_unit",
            ],
        },
    ),
    "Can I register products I’ve bought outside of Europe, Middle East & Africa?": (
        "bought-elsewhere",
        {
            "they count and have the benefits": [
                "kitbag/test_kitbag_pages.py::test_bought_outside_the_programme_counts_and_states_the_limits"
            ],
            "grey imports: proof, and no local warranty": [
                "servicing/test_cases.py::test_a_grey_import_has_no_local_warranty",
                "servicing/test_sending_in.py::test_grey_imports_have_no_local_warranty",
            ],
        },
    ),
    "Is CPS free?": (
        "free",
        {
            "the level comes from kit that is owned, nothing is paid": [
                "kitbag/test_standing.py::test_levels_rise_with_a_line_of_history_and_a_message",
                "members/test_joining.py::test_joining_makes_a_red_member_at_once",
            ],
        },
    ),
    "When will I get my membership card?": (
        "pack",
        {
            "on reaching Silver, told and under Offers": [
                "portal/test_member_offers.py::test_reaching_silver_is_told_once_until_the_pack_was_asked_for",
                "portal/test_member_offers.py::test_the_pack_is_offered_from_silver_on_and_only_then",
            ],
            "the address is entered there": [
                "portal/test_member_offers.py::test_the_pack_is_asked_for_once_for_good",
                "portal/test_member_offers.py::test_a_bad_address_is_refused_beside_its_field",
            ],
            "not there after four weeks: contact us": [
                "portal/test_member_offers.py::test_from_day_28_on_it_is_said_to_be_late"
            ],
            "one pack and card, whatever the level does": [
                "portal/test_member_offers.py::"
                "test_a_level_that_falls_takes_nothing_and_one_that_rises_again_brings_no_second_pack",
                "portal/test_member_offers.py::test_the_pack_is_asked_for_once_for_good",
                "test_constraints.py::test_the_database_refuses",
                "races/test_offers.py::test_two_tabs_ask_for_one_pack",
            ],
            "a lost card is replaced by contacting us": [
                "servicing/test_packing.py::test_a_lost_card_is_approved_once_and_linked_to_the_first",
                "servicing/test_packing.py::test_a_pack_of_somebody_else_is_not_replaced_by_a_thread",
            ],
        },
    ),
    "What is in the CPS (EMEA) Welcome Pack?": (
        "in-the-pack",
        {
            "letter, card, stickers, gift": ["servicing/test_packing.py::test_papers_of_every_script"],
            "contents may change": ["servicing/test_pack_contents.py::test_contents_change_from_a_day_on"],
        },
    ),
    "What is Fast Track? Is it guaranteed?": (
        "fast-track",
        {
            "an item says whether it qualifies, and its days by level and country": [
                "kitbag/test_kitbag_pages.py::test_fast_track_says_yes_with_targets_and_no_with_every_reason",
                "servicing/test_eligibility.py::test_terms_are_those_of_the_official_country_under_its_cap",
            ],
            "repairs everywhere, maintenance and upgrades at Canon's own": [
                "servicing/test_eligibility.py::test_repairs_count_at_partners_too_and_the_rest_only_at_canon_centres",
                "servicing/test_cases.py::test_a_partner_takes_repairs_on_fast_track_and_maintenance_at_the_standard_time",
            ],
            "only when registered in full and validated": [
                "servicing/test_eligibility.py::test_every_reason_is_given",
                "servicing/test_cases.py::test_eligibility_is_asked_again_at_receipt_and_at_promotion",
            ],
            "three at a time": ["servicing/test_cases.py::test_three_slots_a_queue_and_the_standard_time"],
            "without shipping": [
                "servicing/test_cases.py::test_a_repair_from_the_request_to_the_way_back",
                "servicing/test_clock.py::test_the_first_day_is_the_working_day_after_receipt",
                "servicing/test_clock.py::test_shipping_in_the_due_minute_is_in_time",
            ],
            "parts may make it late": [
                "servicing/test_clock.py::test_the_ribbon_says_why_time_does_not_count",
                "servicing/test_bench_pages.py::test_parts_numbers_messages_and_the_way_back",
                "servicing/test_loans.py::test_parts_later_extend_the_loan_and_tell_its_member",
            ],
            "missed: a backup for Gold and Platinum": [
                "servicing/test_loans.py::test_a_right_by_the_clock_is_told_by_the_daily_task",
                "servicing/test_loans.py::test_silver_has_no_loans",
            ],
            "how it is calculated, in the terms": [
                "servicing/test_cases.py::test_a_repair_from_the_request_to_the_way_back",
                "servicing/test_clock.py::test_the_examples_of_the_programme",
                "members/test_public_pages.py::test_terms_take_their_numbers_from_the_rows",
            ],
        },
    ),
    "Why is the Fast Track turnaround time for my video camera 5 days?": (
        "video",
        {
            "five days, at Gold and Platinum too": [
                "servicing/test_eligibility.py::test_video_has_targets_of_its_own",
                "servicing/test_fast_track_page.py::test_what_a_higher_level_changes_and_what_it_does_not",
            ],
            "longer than five days: a backup": ["servicing/test_loans.py::test_video_has_the_right_beyond_five_days"],
        },
    ),
    "Are the CPS maintenance discount and free return shipping available from all Canon Service Centres?": (
        "discount",
        {
            "at Canon's own centres only": [
                "servicing/test_cases.py::test_lines_by_rule",
                "servicing/test_estimate_pages.py::test_lines_by_rule_say_why_or_why_not",
            ],
            "partners: not these, but offers of their own": [
                "servicing/test_estimate_pages.py::test_a_partner_gives_neither_the_discount_nor_the_free_way_back",
                "servicing/test_centres_pages.py::test_a_centres_page_says_where_when_and_what",
            ],
            "found with the locator and its filter": ["servicing/test_centres_pages.py::test_filters_and_order"],
        },
    ),
    "What is the difference between Canon Service & Repair Centres and CPS Authorised Service Partners?": (
        "centres",
        {
            "six of Canon's own": [
                "portal/test_demo_cases.py::test_centres_of_both_kinds_are_marked_as_demo_except_the_certain_one"
            ],
            "partners repair certain products in the times": [
                "servicing/test_cases.py::test_a_partner_takes_repairs_on_fast_track_and_maintenance_at_the_standard_time",
                "servicing/test_terms_rules.py::test_reasons_at_a_centre_in_every_combination",
            ],
            "found with the locator and its filter": ["servicing/test_centres_pages.py::test_filters_and_order"],
        },
    ),
    "Can I only use CPS in my home country?": (
        "home-country",
        {
            "in all participating countries": [
                "servicing/test_sending_in.py::test_centres_that_take_it_the_nearest_first_with_what_differs_abroad"
            ],
            "benefits differ": [
                "servicing/test_loans.py::test_abroad_a_loan_needs_both_countries",
                "servicing/test_terms_rules.py::test_what_two_countries_give_together_in_every_combination",
                "members/test_public_pages.py::test_countries_stand_in_their_class_with_what_each_gives",
            ],
        },
    ),
    "Can I join CPS EMEA if I am a member in another global region?": (
        "from-another-region",
        {
            "with a valid card some services at centres and events": [
                "servicing/test_bench_pages.py::test_a_visitor_is_booked_in_once_and_without_a_member",
                "servicing/test_events.py::test_at_the_door_twice_is_once_and_a_free_place_is_for_who_is_there",
            ],
            "full benefits with an address in a participating country": [
                "members/test_moving.py::test_the_move_keeps_everything_and_twice_is_once",
                "members/test_public_pages.py::test_other_countries_are_told_what_they_can_use",
                "members/test_joining.py::test_only_participating_countries_are_offered",
            ],
        },
    ),
    "Can I enjoy benefits in other global regions if I am a member of CPS EMEA?": (
        "to-another-region",
        {
            "with a card whose validity anyone can check": [
                "portal/test_member_offers.py::test_anyone_sees_that_a_card_is_valid_and_never_whose",
                "portal/test_member_offers.py::test_a_new_code_ends_the_old_one_and_twice_is_once",
            ],
        },
    ),
}

# What merely informs: question → section, and what the page says of it, as a pattern of its words.
INFORMS = {
    ("What is CPS?", "whom it is for, and where"): ("what-is-cps", r"Europe, the Middle East and Africa"),
    ("What is CPS?", "service, events and offers"): ("what-is-cps", r"repaired faster.*events.*offers"),
    ("What are Canon points and how do they work?", "no redeeming, no exchange"): (
        "points",
        r"cannot be redeemed or\s+exchanged",
    ),
    ("My new membership level is not the same as my old CPS account?", "why points came, for older kit too"): (
        "old-level",
        r"older models\s+too",
    ),
    ("What has happened to my CPS Video status?", "why there is one level"): ("video-status", r"film and photograph"),
    ("What is Fast Track? Is it guaranteed?", "about ten days without CPS"): (
        "fast-track",
        r"Without CPS a repair takes about (ten|10)",
    ),
    ("What is Fast Track? Is it guaranteed?", "a target that is aimed at, never promised"): (
        "fast-track",
        r"target and no promise",
    ),
    ("Why is the Fast Track turnaround time for my video camera 5 days?", "why"): ("video", r"special tools.*parts"),
    ("What is in the CPS (EMEA) Welcome Pack?", "may change without notice"): ("in-the-pack", r"change without notice"),
    (
        "What is the difference between Canon Service & Repair Centres and CPS Authorised Service Partners?",
        "the two kinds",
    ): (
        "centres",
        r"own large workshops.*independent workshops",
    ),
    (
        "What is the difference between Canon Service & Repair Centres and CPS Authorised Service Partners?",
        "their common name",
    ): (
        "centres",
        r"Canon Service Centres",
    ),
    ("Can I enjoy benefits in other global regions if I am a member of CPS EMEA?", "perhaps, and not the same ones"): (
        "to-another-region",
        r"differ",
    ),
}


# Rows whose rule is an answer: a bag that is counted, a search that finds. Their tests ask, and compare what comes.
ASKED = [
    ("What are Canon points and how do they work?", "shown when a product is chosen"),
    (
        "Are the CPS maintenance discount and free return shipping available from all Canon Service Centres?",
        "found with the locator and its filter",
    ),
    (
        "What is the difference between Canon Service & Repair Centres and CPS Authorised Service Partners?",
        "six of Canon's own",
    ),
    (
        "What is the difference between Canon Service & Repair Centres and CPS Authorised Service Partners?",
        "found with the locator and its filter",
    ),
]
# The rules that must be seen to happen, whatever else is named beside them.
ACTS = {
    "points change": "kitbag/test_standing.py::test_the_night_takes_a_fall_and_writes_one_change_and_one_message",
    "refusal": "portal/test_member_offers.py::test_a_bad_address_is_refused_beside_its_field",
    "day 28": "portal/test_member_offers.py::test_from_day_28_on_it_is_said_to_be_late",
    "second pack refused": "portal/test_member_offers.py::test_the_pack_is_asked_for_once_for_good",
}

ROOT = HERE.parent
# A hand in the browser or at a form; what else acts is a call into a module of operations.
HANDS = {"post", "click", "press", "fill", "together", "call_command"}


@cache
def tree_of(path):
    return ast.parse(path.read_text())


@cache
def names_in(name):
    """Names of the tests that a file collects: functions of the module, none of them skipped."""
    found = [
        node
        for node in tree_of(HERE / name).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return {node.name for node in found if not any("skip" in ast.unparse(mark) for mark in node.decorator_list)}


@cache
def operates(module):
    """Whether a module of the portal has acts that write in a transaction, or is one of its tasks."""
    path = ROOT.joinpath(*module.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    return file.exists() and ("@transaction.atomic" in file.read_text() or module.endswith(".tasks"))


@cache
def scope_of(path):
    """What the names of a test file mean: its functions and fixtures, those of the conftests above it, its imports."""
    files = [HERE / "conftest.py", path.parent / "conftest.py", path]
    functions, acts = {}, set()
    for file in dict.fromkeys(file for file in files if file.exists()):
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.FunctionDef):
                functions[node.name] = node
            elif isinstance(node, ast.ImportFrom) and node.module:
                if node.module.startswith("tests.") and (other := HERE.parent.joinpath(*node.module.split("."))):
                    other = other.with_suffix(".py")
                    named = {alias.name for alias in node.names}
                    if other.exists() and other.name not in ("factories.py", "__init__.py"):
                        functions |= {
                            one.name: one
                            for one in ast.walk(tree_of(other))
                            if isinstance(one, ast.FunctionDef) and (one.name in named or other.parent == path.parent)
                        }
                for alias in node.names:
                    if operates(node.module) or operates(f"{node.module}.{alias.name}"):
                        acts.add(alias.asname or alias.name)
    return functions, acts


def acting(node_id):
    """Whether a test, or a fixture or helper of its own, does something to the portal beyond reading a page."""
    file, _colons, name = node_id.partition("::")
    functions, acts = scope_of(HERE / file)
    seen, todo = set(), [name]
    while todo:
        one = todo.pop()
        if one in seen or one not in functions:
            continue
        seen.add(one)
        for node in ast.walk(functions[one]):
            if isinstance(node, ast.Call):
                called = node.func
                said = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                owner = getattr(called.value, "id", "") if isinstance(called, ast.Attribute) else ""
                if said in HANDS or said in acts or owner in acts:
                    return True
                todo.append(said)
        todo += [arg.arg for arg in functions[one].args.args]
    return False


def test_every_paragraph_names_tests_that_exist():
    named = [node for _section, paragraphs in HAPPENS.values() for nodes in paragraphs.values() for node in nodes]
    missing = []
    for node in named:
        file, _colons, name = node.partition("::")
        if not (HERE / file).exists() or name not in names_in(file):
            missing.append(node)
    assert missing == []
    assert all(nodes for _section, paragraphs in HAPPENS.values() for nodes in paragraphs.values())


def test_every_rule_is_acted_out_on_the_running_portal():
    """A page that says it counts for what informs only; where asking is the act, the rows are listed as well."""
    read_only = [
        (question, key)
        for question, (_section, paragraphs) in HAPPENS.items()
        for key, nodes in paragraphs.items()
        if not any(acting(node) for node in nodes)
    ]
    assert read_only == ASKED
    named = {node for _section, paragraphs in HAPPENS.values() for nodes in paragraphs.values() for node in nodes}
    assert set(ACTS.values()) <= named
    assert all(acting(node) for node in ACTS.values())


def test_what_acts_is_told_from_what_reads():
    """The control of the test above: a page that is read, and a rule that is asked, act on nothing."""
    assert not acting("members/test_public_pages.py::test_terms_take_their_numbers_from_the_rows")
    assert not acting("servicing/test_eligibility.py::test_every_reason_is_given")
    assert not acting("servicing/test_clock.py::test_the_examples_of_the_programme")
    assert not acting("portal/test_help.py::test_figures_are_those_of_the_settings")


def test_every_question_of_the_paper_is_here():
    """The paper asks 24 questions; each happens, informs, or both."""
    asked = {*HAPPENS, *(question for question, _key in INFORMS)}
    assert len(asked) == 24


@pytest.mark.django_db
def test_the_help_page_answers_every_question_and_says_what_informs(client):
    page = client.get(reverse("help")).content.decode()
    anchors = set(re.findall(r'id="([\w-]+)"', page))
    wanted = {section for section, _paragraphs in HAPPENS.values()} | {section for section, _words in INFORMS.values()}
    assert wanted - anchors == set()
    for key, (section, words) in INFORMS.items():
        begin = page.index(f'id="{section}"')
        told = page[begin : page.find("<h3", page.index("</h3>", begin)) if "<h3" in page else None]
        assert re.search(words, " ".join(told.split()), re.DOTALL), (key, section)
