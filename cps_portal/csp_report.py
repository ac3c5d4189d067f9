"""Where browsers report what the content security policy stopped: a line in the log, nothing else."""

import json

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = structlog.get_logger(__name__)

LONGEST_REPORT = 16 * 1024
TOLD = ("document-uri", "violated-directive", "effective-directive", "blocked-uri", "source-file", "line-number")


# Browsers send reports without a token; the view reads no cookie and writes no row.
@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Always 204. A report that is too long or no JSON is only counted as such."""
    log.warning("csp_report", **_facts(request))
    return HttpResponse(status=204)


def _facts(request: HttpRequest) -> dict[str, str]:
    length = request.headers.get("Content-Length", "")
    if not length.isascii() or not length.isdigit() or int(length) > LONGEST_REPORT:
        return {"refused": "length"}
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return {"refused": "no JSON"}
    report = sent.get("csp-report") if isinstance(sent, dict) else None
    if not isinstance(report, dict):
        return {"refused": "no report"}
    return {key.replace("-", "_"): str(report[key])[:200] for key in TOLD if key in report}
