"""Every address of the portal. One name = one view = one template = one test."""

from django.contrib import admin
from django.urls import include, path

from cps_portal.acting import acting_stop
from cps_portal.csp_report import csp_report
from cps_portal.health import health
from cps_portal.pages.account import account, staff_second_factor
from cps_portal.pages.dashboard import dashboard
from cps_portal.pages.events.calendar_file import event_ics
from cps_portal.pages.events.event import event, event_book, event_cancel
from cps_portal.pages.events.listing import events
from cps_portal.pages.former import former
from cps_portal.pages.help.page import help_page
from cps_portal.pages.home import home
from cps_portal.pages.kitbag.adding import kitbag_add
from cps_portal.pages.kitbag.claims import kitbag_claim, kitbag_claim_answer
from cps_portal.pages.kitbag.doctor import kitbag_doctor
from cps_portal.pages.kitbag.editing import kitbag_item_edit
from cps_portal.pages.kitbag.export import kitbag_export
from cps_portal.pages.kitbag.item import kitbag_item
from cps_portal.pages.kitbag.list_check import list_check
from cps_portal.pages.kitbag.listing import kitbag
from cps_portal.pages.kitbag.lists import kitbag_list, kitbag_list_pdf
from cps_portal.pages.kitbag.many import kitbag_many, kitbag_many_check, kitbag_many_left
from cps_portal.pages.kitbag.number import kitbag_item_number
from cps_portal.pages.kitbag.photo import kitbag_photo
from cps_portal.pages.kitbag.proofs import kitbag_item_proof, kitbag_proof, kitbag_proof_remove, kitbag_proofs
from cps_portal.pages.kitbag.removing import kitbag_item_remove, kitbag_item_undo
from cps_portal.pages.mailbox import mailbox, mailbox_mail
from cps_portal.pages.messages import message, messages, messages_preferences, messages_stop
from cps_portal.pages.offers.card import card, card_check, card_pdf, card_start
from cps_portal.pages.offers.levels import benefits
from cps_portal.pages.offers.listing import offer, offers
from cps_portal.pages.offers.pack import pack
from cps_portal.pages.points import points
from cps_portal.pages.points_day import points_day
from cps_portal.pages.preferences import language, theme
from cps_portal.pages.privacy.close import account_close, account_close_undo
from cps_portal.pages.privacy.export import account_export, account_export_file
from cps_portal.pages.privacy.looks import account_looks
from cps_portal.pages.profile.addresses import (
    account_address,
    account_address_first,
    account_address_new,
    account_address_remove,
    account_addresses,
)
from cps_portal.pages.profile.email_undo import account_email_undo
from cps_portal.pages.profile.moving import account_move
from cps_portal.pages.public import accessibility, countries, country_other, privacy, terms
from cps_portal.pages.servicing.acting import case_back, case_reopen, case_tracking, case_write
from cps_portal.pages.servicing.case import case
from cps_portal.pages.servicing.changing import case_cancel, case_change
from cps_portal.pages.servicing.estimate import estimate, estimate_pdf
from cps_portal.pages.servicing.files import case_file
from cps_portal.pages.servicing.listing import servicing
from cps_portal.pages.servicing.loan import case_loan, loan_agreement
from cps_portal.pages.servicing.opening import case_new
from cps_portal.pages.servicing.sending import servicing_send
from cps_portal.pages.servicing.sheet import case_sheet
from cps_portal.pages.statement_files import points_csv, points_pdf
from cps_portal.pages.styleguide import styleguide
from cps_portal.pages.threads.contact import contact, contact_sent
from cps_portal.pages.threads.guest import thread_guest, thread_guest_file
from cps_portal.pages.threads.member import thread, thread_file, threads
from cps_portal.pages.what_if import what_if, what_if_drafts

urlpatterns = [
    path("", home, name="home"),
    path("dashboard/", dashboard, name="dashboard"),
    path("points/", points, name="points"),
    path("points/statement.csv", points_csv, name="points-csv"),
    path("points/statement.pdf", points_pdf, name="points-pdf"),
    path("points/<int:year>/<int:month>/<int:day>/", points_day, name="points-day"),
    path("what-if/", what_if, name="what-if"),
    path("what-if/drafts/", what_if_drafts, name="what-if-drafts"),
    path("preferences/theme/", theme, name="theme"),
    path("preferences/language/", language, name="language"),
    path("styleguide/", styleguide, name="styleguide"),
    path("terms/", terms, name="terms"),
    path("privacy/", privacy, name="privacy"),
    path("accessibility/", accessibility, name="accessibility"),
    path("countries/", countries, name="countries"),
    path("countries/elsewhere/", country_other, name="country-other"),
    path("account/former/", former, name="former"),
    path("account/", account, name="account"),
    path("acting/stop/", acting_stop, name="acting-stop"),
    path("account/staff/", staff_second_factor, name="staff-second-factor"),
    path("account/data/", account_export, name="account-export"),
    path("account/data/<uuid:export_id>.zip", account_export_file, name="account-export-file"),
    path("account/looks/", account_looks, name="account-looks"),
    path("account/country/", account_move, name="account-move"),
    path("account/addresses/", account_addresses, name="account-addresses"),
    path("account/addresses/new/", account_address_new, name="account-address-new"),
    path("account/addresses/<int:address_id>/", account_address, name="account-address"),
    path("account/addresses/<int:address_id>/first/", account_address_first, name="account-address-first"),
    path("account/addresses/<int:address_id>/remove/", account_address_remove, name="account-address-remove"),
    path("account/email/undo/<str:signed>/", account_email_undo, name="account-email-undo"),
    path("account/close/", account_close, name="account-close"),
    path("account/close/<str:signed>/", account_close_undo, name="account-close-undo"),
    path("account/", include("allauth.urls")),
    path("kitbag/", kitbag, name="kitbag"),
    path("kitbag/add/", kitbag_add, name="kitbag-add"),
    path("kitbag/export.csv", kitbag_export, name="kitbag-export"),
    path("kitbag/many/", kitbag_many, name="kitbag-many"),
    path("kitbag/many/<uuid:import_id>/", kitbag_many_check, name="kitbag-many-check"),
    path("kitbag/many/<uuid:import_id>/left.csv", kitbag_many_left, name="kitbag-many-left"),
    path("kitbag/list/", kitbag_list, name="kitbag-list"),
    path("kitbag/list/<str:code>.pdf", kitbag_list_pdf, name="kitbag-list-pdf"),
    path("lists/", list_check, name="list-check"),
    path("lists/<str:code>/", list_check, name="list-check"),
    path("kitbag/<uuid:item_id>/", kitbag_item, name="kitbag-item"),
    path("kitbag/<uuid:item_id>/edit/", kitbag_item_edit, name="kitbag-item-edit"),
    path("kitbag/<uuid:item_id>/number/", kitbag_item_number, name="kitbag-item-number"),
    path("kitbag/<uuid:item_id>/claim/", kitbag_claim, name="kitbag-claim"),
    path("kitbag/claims/<int:claim_id>/", kitbag_claim_answer, name="kitbag-claim-answer"),
    path("kitbag/<uuid:item_id>/proof/", kitbag_item_proof, name="kitbag-item-proof"),
    path("kitbag/doctor/", kitbag_doctor, name="kitbag-doctor"),
    path("kitbag/photo/", kitbag_photo, name="kitbag-photo"),
    path("kitbag/proofs/", kitbag_proofs, name="kitbag-proofs"),
    path("kitbag/proofs/<uuid:proof_id>/", kitbag_proof, name="kitbag-proof"),
    path("kitbag/proofs/<uuid:proof_id>/remove/", kitbag_proof_remove, name="kitbag-proof-remove"),
    path("kitbag/<uuid:item_id>/remove/", kitbag_item_remove, name="kitbag-item-remove"),
    path("kitbag/<uuid:item_id>/undo/", kitbag_item_undo, name="kitbag-item-undo"),
    path("servicing/send/", servicing_send, name="servicing-send"),
    path("servicing/new/<uuid:item_id>/", case_new, name="case-new"),
    path("servicing/files/<uuid:file_id>/", case_file, name="case-file"),
    path("servicing/<str:number>/sheet.pdf", case_sheet, name="case-sheet"),
    path("servicing/<str:number>/change/", case_change, name="case-change"),
    path("servicing/<str:number>/cancel/", case_cancel, name="case-cancel"),
    path("events/", events, name="events"),
    path("events/<uuid:event_id>/", event, name="event"),
    path("events/<uuid:event_id>/book/", event_book, name="event-book"),
    path("events/<uuid:event_id>/cancel/", event_cancel, name="event-cancel"),
    path("events/<uuid:event_id>/event.ics", event_ics, name="event-ics"),
    path("offers/", offers, name="offers"),
    path("benefits/", benefits, name="benefits"),
    path("offers/pack/", pack, name="pack"),
    path("offers/<uuid:offer_id>/", offer, name="offer"),
    path("card/", card, name="card"),
    path("card/card.pdf", card_pdf, name="card-pdf"),
    path("v/", card_start, name="card-start"),
    path("v/<str:card_token>/", card_check, name="card-check"),
    path("help/", help_page, name="help"),
    path("contact/", contact, name="contact"),
    path("contact/sent/", contact_sent, name="contact-sent"),
    path("threads/", threads, name="threads"),
    path("threads/<uuid:thread_id>/", thread, name="thread"),
    path("threads/files/<uuid:file_id>/", thread_file, name="thread-file"),
    path("answers/<str:answer>/", thread_guest, name="thread-guest"),
    path("answers/<str:answer>/files/<uuid:file_id>/", thread_guest_file, name="thread-guest-file"),
    path("messages/", messages, name="messages"),
    path("messages/choices/", messages_preferences, name="messages-preferences"),
    path("messages/stop/<str:token>/", messages_stop, name="messages-stop"),
    path("messages/<int:message_id>/", message, name="message"),
    path("mailbox/", mailbox, name="mailbox"),
    path("mailbox/<str:name>/", mailbox_mail, name="mailbox-mail"),
    path("csp-report/", csp_report, name="csp-report"),
    path("servicing/", servicing, name="servicing"),
    path("servicing/<str:number>/", case, name="case"),
    path("servicing/<str:number>/write/", case_write, name="case-write"),
    path("servicing/<str:number>/parcel/", case_tracking, name="case-tracking"),
    path("servicing/<str:number>/back/", case_back, name="case-back"),
    path("servicing/<str:number>/again/", case_reopen, name="case-reopen"),
    path("servicing/<str:number>/loan/", case_loan, name="case-loan"),
    path("servicing/<str:number>/loan/<uuid:loan_id>/agreement.pdf", loan_agreement, name="loan-agreement"),
    path("estimates/<str:signed>/", estimate, name="estimate"),
    path("estimates/<str:signed>/estimate.pdf", estimate_pdf, name="estimate-pdf"),
    path("", include("kitbag.urls")),
    path("", include("servicing.urls")),
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
]
