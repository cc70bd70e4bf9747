#!/usr/bin/env python3
"""Reads OCSF findings with models of the published schema, and holds them against it.

    ocsf_check.py FINDINGS.jsonl

Each line has to be a Detection Finding (class 2004) by py-ocsf-models: what is required is there, what is
there is of its type, and every value of an enumeration is one of it. The schema's rules across attributes
are held too: type_uid is class_uid * 100 + activity_id, and a text beside an id is that id's. Then it is
made sure that a finding with something missing would be found.
"""
import collections
import json
import sys

from py_ocsf_models.events.findings.detection_finding import DetectionFinding
from pydantic import ValidationError

SEVERITIES = ["Unknown", "Informational", "Low", "Medium", "High", "Critical"]
ACTIVITIES = ["Unknown", "Create", "Update", "Close"]


def wrong(finding):
    """Returns what is wrong with a finding; nothing when it is good."""
    try:
        DetectionFinding.model_validate(finding)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    told = []
    if (finding["class_uid"], finding["category_uid"]) != (2004, 2):
        told.append("not a Detection Finding")
    if finding["type_uid"] != finding["class_uid"] * 100 + finding["activity_id"]:
        told.append("type_uid does not go with activity_id")
    if finding["severity"] != SEVERITIES[finding["severity_id"]]:
        told.append("severity does not go with severity_id")
    if finding["activity_name"] != ACTIVITIES[finding["activity_id"]]:
        told.append("activity_name does not go with activity_id")
    return told


def main():
    findings = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    if not findings:
        sys.exit("error: there are no findings")
    troubles = collections.Counter(trouble for finding in findings for trouble in wrong(finding))
    for trouble, count in troubles.most_common():
        print(f"{count} of {len(findings)}: {trouble}", file=sys.stderr)
    if troubles:
        sys.exit("error: findings are not as the schema says")
    unseen = [name for name in ("time", "metadata", "severity_id", "activity_id", "type_uid", "finding_info")
              if not wrong({key: value for key, value in findings[0].items() if key != name})]
    if unseen or not wrong(findings[0] | {"severity_id": "grave"}):
        sys.exit(f"error: the check is blind to {unseen}")
    met = collections.Counter(name for finding in findings for name in finding)
    print(f"{len(findings)} findings read by py-ocsf-models:", dict(sorted(met.items())))


if __name__ == "__main__":
    main()
