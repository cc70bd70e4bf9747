#!/usr/bin/env python3
"""Loads a MISP event with PyMISP and holds its objects against the template `ss7-attack`.

    misp_check.py EVENT.json

Every object is built anew from the template that PyMISP brings along, in strict mode: a relation the
template does not know, or a required one that is missing, fails. Then it says which relations were met.
"""
import collections
import sys

from pymisp import MISPEvent, MISPObject

# What an attack on subscribers leaves, all of which a synthetic capture has.
WANTED = {
    "Category", "MapVersion", "SccpCgGT", "SccpCdGT", "SccpCgPC", "SccpCdPC", "SccpCgSSN", "SccpCdSSN",
    "MapOpCode", "MapApplicationContext", "MapImsi", "MapMsisdn", "MapMscGT", "MapGsmscfGT", "MapVlrGT",
    "MapGmlc", "MapSmscGT", "text", "first-seen",
}


def main():
    event = MISPEvent()
    event.load_file(sys.argv[1])
    if not event.objects:
        sys.exit("error: the event has no objects")
    met = collections.Counter()
    for found in event.objects:
        template = MISPObject("ss7-attack", strict=True)
        if (found.template_uuid, str(found.template_version)) != (
            template.template_uuid, str(template.template_version),
        ):
            sys.exit(f"error: {found.uuid} is of template {found.template_uuid} {found.template_version}")
        for attribute in found.attributes:
            met[attribute.object_relation] += 1
            template.add_attribute(attribute.object_relation, value=attribute.value)
        # Raises what is missing or not of the template.
        template.to_json()
    missing = sorted(WANTED - set(met))
    if missing:
        sys.exit(f"error: no object has {', '.join(missing)}")
    print(f"{len(event.objects)} ss7-attack objects loaded with PyMISP:", dict(sorted(met.items())))


if __name__ == "__main__":
    main()
