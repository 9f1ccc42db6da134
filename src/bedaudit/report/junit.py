"""Findings as JUnit tests: drift is a failure, what is unknown an error, what is waived or not applicable is skipped.

A suite is a site, a test is what one control says of one resource there. The elements and attributes are those that
Jenkins knows: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from bedaudit.model import Finding, Outcome, Report, Site
from bedaudit.report import Options
from bedaudit.report.phrases import told
from bedaudit.report.plain import harmless

_ELEMENTS: Final[Mapping[Outcome, str]] = {
    "fail": "failure",
    "unknown": "error",
    "waived": "skipped",
    "not_applicable": "skipped",
}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not: https://www.w3.org/TR/xml/#charsets"""


def report(found: Report, options: Options) -> Iterator[str]:
    """One document, a suite for each site that has findings, and one without tests for what is to be said besides."""
    suites: dict[Site, Counter[str]] = {}
    for finding in found.findings:
        suites.setdefault(finding.site, Counter())[_ELEMENTS.get(finding.outcome, "passed")] += 1
    whole = sum(suites.values(), Counter())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="bedaudit" {_numbers(whole)} time="0">\n'
    for site, findings in groupby(found.findings, key=lambda each: each.site):
        when = f" timestamp={_quoted(found.scan.started_at)}"
        name = f"{site.account} {site.account_name} {site.region}" if site.account_name else _place(site)
        skipped = suites[site]["skipped"]
        yield f'  <testsuite name={_quoted(name)} {_numbers(suites[site])} skipped="{skipped}" time="0"{when}>\n'
        yield from map(_case, findings)
        yield "  </testsuite>\n"
    if found.notices:
        said = "\n".join(_shown(f"notice: {each}") for each in found.notices)
        yield f'  <testsuite name="notices" {_numbers(Counter())} skipped="0" time="0">\n'
        yield f"    <system-out>{said}</system-out>\n  </testsuite>\n"
    yield "</testsuites>\n"


def _numbers(counts: Counter[str]) -> str:
    return f'tests="{counts.total()}" failures="{counts["failure"]}" errors="{counts["error"]}"'


def _case(finding: Finding) -> str:
    subject = [part for part in (finding.resource and finding.resource.id, finding.each) if part]
    name = f"{finding.control} ({', '.join(subject)})" if subject else finding.control
    case = f'    <testcase classname={_quoted(_place(finding.site))} name={_quoted(name)} time="0"'
    element = _ELEMENTS.get(finding.outcome)
    if element is None:
        return f"{case}/>\n"
    said = f"<{element} type={_quoted(finding.severity)} message={_quoted(_reason(finding))}>"
    text = "\n".join(map(_shown, _lines(finding)))
    return f"{case}>\n      {said}{text}</{element}>\n    </testcase>\n"


def _place(site: Site) -> str:
    return f"{site.account}.{site.region}"


def _reason(finding: Finding) -> str:
    waiver = finding.waiver
    return f"waived until {waiver.expires}: {waiver.reason} ({waiver.owner})" if waiver else finding.message


def _lines(finding: Finding) -> Iterator[str]:
    yield f"finding: {told(finding)}"
    if finding.resource:
        yield f"resource: {finding.resource.arn or finding.resource.id}"
    yield f"policy: {finding.policy}, {finding.mark.file}:{finding.mark.line}"


def _shown(line: str) -> str:
    return escape(_ILLEGAL.sub("?", harmless(line)))


def _quoted(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("?", harmless(text)))
