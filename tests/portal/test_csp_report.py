"""Reports of stopped content: a line in the log, never an error."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

REPORT = {"csp-report": {"document-uri": "http://localhost/", "blocked-uri": "inline", "line-number": 3, "other": "x"}}
URL = reverse("csp-report")


def sent(body, **more):
    client = Client(enforce_csrf_checks=True)
    with capture_logs() as logs:
        answer = client.post(URL, data=body, content_type="application/csp-report", **more)
    return answer.status_code, [entry for entry in logs if entry["event"] == "csp_report"]


def test_a_report_becomes_a_line_of_the_log():
    status, (line,) = sent(json.dumps(REPORT))
    assert status == 204
    assert line["blocked_uri"] == "inline"
    assert line["line_number"] == "3"
    assert "other" not in line


def test_long_values_are_cut():
    _status, (line,) = sent(json.dumps({"csp-report": {"blocked-uri": "x" * 5000}}))
    assert len(line["blocked_uri"]) == 200


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "7", '{"csp-report": []}', "\x00", "[" * 5000, b"\xff\xfe", "x" * 20_000, "x" * 3_000_000],
)
def test_anything_else_is_204_too(body):
    status, lines = sent(body)
    assert status == 204
    assert all("refused" in line for line in lines)


def test_only_post(client):
    assert client.get(URL).status_code == 405


def test_pages_name_this_address(client, settings):
    assert URL in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["report-uri"]
