#!/usr/bin/env python3
"""Compares what `picket dissect --json` reads with what tshark reads, frame by frame.

Two ways to run it:
  compare_tshark.py                  the captures of ../shared/corpus, against the stored reading of
                                     tshark there; "skipped: no ../shared" when that is absent
  compare_tshark.py --live FILE...   any capture, against the tshark installed here

Compared: point codes, Global Title digits, subsystem numbers, transaction ids, application
context, and per MAP component its type, invoke id, operation, error, IMSI and MSISDN. Every
difference is printed with its frame and both values; one that compare_tshark.known does not list
ends the run with status 1, and so does a listed one that is no longer seen.

Standard library only.
"""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MESSAGE_FIELDS = (
    "opc", "dpc", "calling_gt", "calling_ssn", "called_gt", "called_ssn", "otid", "dtid", "ac",
)
COMPONENT_FIELDS = ("type", "invoke_id", "operation", "error", "imsi", "msisdn")
# Connectionless SCCP (Q.713 table 1): UDT UDTS XUDT XUDTS LUDT LUDTS.
CONNECTIONLESS = {0x09: "UDT", 0x0A: "UDTS", 0x11: "XUDT", 0x12: "XUDTS", 0x13: "LUDT", 0x14: "LUDTS"}
COMPONENTS = {
    "invoke": "invoke",
    "returnResultLast": "return_result_last",
    "returnResultNotLast": "return_result_not_last",
    "returnError": "return_error",
    "reject": "reject",
}


class Message:
    """One SCCP message: its fields, and its components or None where they were not read."""

    def __init__(self, **fields):
        self.fields = {name: fields.get(name) for name in MESSAGE_FIELDS}
        self.components = None
        # A segment of a longer message; a message tshark itself complains about; a user part
        # tshark did not take for TCAP; a second sighting, of which Picket reads no component and
        # which tshark skips when the retransmission is SCTP's.
        self.segment = False
        self.malformed = False
        self.opaque = True
        self.duplicate = False
        # Nobody invokes what came back: Picket tells its transaction and operation, no component.
        self.returned = False


Difference = collections.namedtuple("Difference", "capture frame field tshark picket")
Known = collections.namedtuple("Known", "capture frame field reason")


# ---- tshark -------------------------------------------------------------------------------------


class Tree(list):
    """A JSON object as a list of pairs: tshark repeats keys, and the order is the packet's."""

    def get(self, name):
        return next((value for key, value in self if key == name), None)


def read_tshark(text):
    """Returns {frame: [Message]} of the connectionless SCCP in a `tshark -T json` document."""
    frames = {}
    for packet in json.loads(text, object_pairs_hook=Tree):
        layers = packet.get("_source").get("layers")
        messages = messages_of(layers)
        if messages:
            number = first(layers.get("frame"), "frame.number")
            frames.setdefault(int(number), []).extend(messages)
    return frames


def messages_of(layers):
    """Reads the layers of one packet in order: a label, then the SCCP message under it, its TCAP."""
    label, messages, message = {}, [], None
    for name, layer in each(layers):
        if name in ("m3ua", "mtp3", "m2ua", "sua"):
            label = {"opc": number(layer, "mtp3.opc"), "dpc": number(layer, "mtp3.dpc")}
            message = None
        elif name == "sccp" and isinstance(layer, Tree):
            message = sccp(layer, label)
            if message:
                messages.append(message)
        elif name == "sccp.msg.fragments" and message:
            message.segment = False
        elif name == "tcap" and message and isinstance(layer, Tree):
            tcap(layer, message)
        elif name == "gsm_map" and message and isinstance(layer, Tree):
            message.components = (message.components or []) + components(layer)
            message.malformed |= complains(layer)
    return messages


def sccp(layer, label):
    """Reads addresses; None for a message that is not connectionless."""
    kind = first(layer, "sccp.message_type")
    if kind is None or int(kind, 0) not in CONNECTIONLESS:
        return None
    message = Message(
        **label,
        calling_gt=digits(first(layer, "sccp.calling.digits")),
        calling_ssn=number(layer, "sccp.calling.ssn"),
        called_gt=digits(first(layer, "sccp.called.digits")),
        called_ssn=number(layer, "sccp.called.ssn"),
    )
    message.segment = first(layer, "sccp.segmentation.remaining") is not None
    message.malformed = complains(layer)
    return message


def tcap(layer, message):
    message.opaque = False
    message.fields["otid"] = octets(first(layer, "tcap.otid"))
    message.fields["dtid"] = octets(first(layer, "tcap.dtid"))
    message.fields["ac"] = first(layer, "tcap.application_context_name")
    message.malformed |= complains(layer)
    if not message.malformed and first(layer, "tcap.components") is None:
        message.components = []


def components(layer):
    """Reads the components of a gsm_map layer, which tshark names by their kind."""
    found = []
    for key, value in walk(layer):
        kind = key.removeprefix("gsm_old.").removesuffix("_element")
        if key.startswith("gsm_old.") and kind in COMPONENTS and isinstance(value, Tree):
            found.append(component(kind, value))
    return found


def component(kind, tree):
    # The same field holds the operation of an invoke or a result and the code of an error.
    code = number(tree, "gsm_old.localValue")
    reference = "gsm_old.invokeID" if kind != "reject" else "gsm_old.derivable"
    return {
        "type": COMPONENTS[kind],
        "invoke_id": number(tree, reference),
        "operation": code if kind.startswith(("invoke", "returnResult")) else None,
        "error": code if kind == "returnError" else None,
        "imsi": every(tree, lambda key: key == "e212.imsi", skip="hlr_List"),
        "msisdn": every(msisdns(tree), lambda key: key == "e164.msisdn"),
    }


def msisdns(tree):
    """Keeps parameters named msisdn or storedMSISDN: e164.msisdn alone is any ISDN address."""
    ends = (".msisdn_tree", ".storedMSISDN_tree")
    return Tree((k, v) for k, v in walk(tree) if k.endswith(ends) and not k.startswith("e164"))


def every(tree, wanted, skip=None):
    """Returns the distinct digits of the wanted keys, None when there are none."""
    values = [digits(v) for k, v in walk(tree, skip) if wanted(k) and isinstance(v, str)]
    return sorted(set(values)) or None


def each(tree):
    """Yields (key, value), a list of values under one key as several pairs."""
    for key, value in tree:
        if isinstance(value, list) and not isinstance(value, Tree):
            yield from ((key, item) for item in value)
        else:
            yield key, value


def walk(tree, skip=None):
    for key, value in each(tree):
        if skip and skip in key:
            continue
        yield key, value
        if isinstance(value, Tree):
            yield from walk(value, skip)


def first(tree, name):
    return next((value for key, value in walk(tree or Tree()) if key == name), None)


def complains(tree):
    return any(key in ("_ws.malformed", "_ws.expert") for key, _ in walk(tree))


def number(tree, name):
    value = first(tree, name)
    return None if value in (None, "") else int(value, 0)


def octets(value):
    return value.replace(":", "").lower() if value else None


def digits(value):
    return value.lower() if value else None


# ---- picket -------------------------------------------------------------------------------------


def read_picket(lines):
    """Returns {frame: [Message]} of the connectionless SCCP in picket's events."""
    frames = {}
    for line in lines:
        if not line.strip():
            continue
        event = json.loads(line)
        if at(event, "sccp.msg_type") not in CONNECTIONLESS.values():
            continue
        messages = frames.setdefault(at(event, "capture.frame"), [])
        message, piece = picket_message(event)
        last = messages[-1] if messages else None
        if piece is None:
            # Octets left over after a good part make one more event of the same message.
            if last and at(event, "anomaly.codes") and same_message(last, message):
                continue
            messages.append(message)
        elif at(event, "tcap.component.index") == 1 or not last or not last.components:
            message.components = [piece]
            messages.append(message)
        else:
            last.components.append(piece)
    return frames


def same_message(a, b):
    return all(a.fields[name] == b.fields[name] for name in MESSAGE_FIELDS if name != "ac")


def picket_message(event):
    message = Message(
        opc=at(event, "mtp.opc"),
        dpc=at(event, "mtp.dpc"),
        calling_gt=digits(at(event, "sccp.calling.gt.digits")),
        calling_ssn=at(event, "sccp.calling.ssn"),
        called_gt=digits(at(event, "sccp.called.gt.digits")),
        called_ssn=at(event, "sccp.called.ssn"),
        otid=at(event, "tcap.otid"),
        dtid=at(event, "tcap.dtid"),
        ac=at(event, "tcap.ac.oid"),
    )
    message.components = []
    message.duplicate = at(event, "duplicate") is True
    message.returned = at(event, "sccp.return_cause") is not None
    kind = at(event, "tcap.component.type")
    if kind is None:
        return message, None
    identity = {
        name: [digits(v) for v in (at(event, f"map.{body}.{name}") for body in ("argument", "result")) if v]
        for name in ("imsi", "msisdn")
    }
    return message, {
        "type": kind,
        "invoke_id": at(event, "tcap.component.invoke_id"),
        "operation": at(event, "map.operation.code"),
        "error": at(event, "map.error.code"),
        "imsi": identity["imsi"] or None,
        "msisdn": identity["msisdn"] or None,
    }


def at(event, path):
    """Returns the value at a dotted path, whichever of its dots are nesting."""
    for name in path.split("."):
        if not isinstance(event, dict) or name not in event:
            return None
        event = event[name]
    return event


# ---- comparison ---------------------------------------------------------------------------------


def compare(capture, tshark, picket, tally):
    """Returns every Difference between two {frame: [Message]}; counts agreements in tally."""
    found = []
    for frame in sorted(set(tshark) | set(picket)):
        theirs, ours = tshark.get(frame, []), picket.get(frame, [])
        if len(theirs) != len(ours):
            # A segment may be held back until the message is whole.
            theirs = [message for message in theirs if not message.segment]
        if len(theirs) != len(ours):
            ours = [message for message in ours if not message.duplicate]
        if len(theirs) != len(ours):
            found.append(Difference(capture, frame, "messages", len(theirs), len(ours)))
            continue
        for them, us in zip(theirs, ours):
            found += compare_message(capture, frame, them, us, tally)
    return found


def compare_message(capture, frame, them, us, tally):
    found = []

    def check(name, theirs, ours):
        if theirs is None and ours is None:
            return
        if agree(name, theirs, ours, them.malformed):
            tally[(capture, name)] += 1
        else:
            found.append(Difference(capture, frame, name, show(theirs), show(ours)))

    for name in MESSAGE_FIELDS:
        if name == "ac" and them.fields["ac"] is None:
            continue  # Picket may name the context of the dialogue where the message has none.
        if name in ("otid", "dtid") and them.opaque:
            continue
        check(name, them.fields[name], us.fields[name])
    if them.components is None or them.segment or us.duplicate or us.returned:
        return found  # Not MAP, or read by one side only: the transaction is all there is.
    ours = us.components or []
    if len(ours) != len(them.components):
        if not them.malformed:
            found.append(Difference(capture, frame, "components", len(them.components), len(ours)))
        return found
    for theirs, mine in zip(them.components, ours):
        for name in COMPONENT_FIELDS:
            # The operation of an empty result, of an error or of a reject is not in the message.
            if name == "operation" and theirs[name] is None:
                continue
            check(name, theirs[name], mine[name])
    return found


def agree(name, theirs, ours, malformed):
    if name in ("imsi", "msisdn"):
        if ours is None:
            return malformed
        # Where tshark stopped reading, more from us is not a disagreement.
        return set(ours) <= set(theirs or ()) or (theirs is None and malformed)
    if malformed and (theirs is None or ours is None):
        return True
    return theirs == ours


def show(value):
    if value is None:
        return "-"
    return "/".join(value) if isinstance(value, list) else str(value)


def read_known(text):
    """Reads lines of `capture frame field reason`; # opens a comment, * stands for any frame."""
    known = []
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if line:
            capture, frame, field, reason = line.split(None, 3)
            known.append(Known(capture, frame, field, reason))
    return known


def reason_for(difference, known):
    for entry in known:
        same = (entry.capture, entry.field) == (difference.capture, difference.field)
        if same and entry.frame in ("*", str(difference.frame)):
            return entry
    return None


def report(captures, tally, differences, known, stale=True):
    """Prints the table and every difference; returns the exit status."""
    fields = ("messages",) + MESSAGE_FIELDS + ("components",) + COMPONENT_FIELDS
    width = max([len("capture")] + [len(capture) for capture in captures])
    print(f"{'capture':{width}}  agree  differ  fields that differ")
    for capture in captures:
        right = sum(tally[(capture, name)] for name in fields)
        wrong = collections.Counter(d.field for d in differences if d.capture == capture)
        names = ", ".join(f"{name} {wrong[name]}" for name in fields if wrong[name])
        print(f"{capture:{width}}  {right:5}  {sum(wrong.values()):6}  {names}")
    used, status = set(), 0
    for difference in differences:
        entry = reason_for(difference, known)
        used.add(entry)
        status = status if entry else 1
        note = f"known: {entry.reason}" if entry else "NOT KNOWN"
        print(f"{difference.capture} frame {difference.frame} {difference.field}: "
              f"tshark {difference.tshark}, picket {difference.picket} ({note})")
    for entry in known if stale else ():
        if entry.capture in captures and entry not in used:
            print(f"{entry.capture} frame {entry.frame} {entry.field}: listed as known, no longer seen")
            status = 1
    return status


# ---- running ------------------------------------------------------------------------------------


def dissect(picket, capture):
    done = subprocess.run([picket, "dissect", "--json", capture], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {picket} dissect --json {capture}: status {done.returncode}: {done.stderr.strip()}")
    return read_picket(done.stdout.splitlines())


def tshark_reads(capture):
    command = ["tshark", "-n", "-r", capture, "-Y", "sccp", "-T", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        sys.exit("error: tshark is not installed: run scripts/need.sh tshark")
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(command)}: {done.stderr.strip()}")
    return read_tshark(done.stdout)


def default_picket():
    built = [ROOT / "target" / profile / "picket" for profile in ("release", "debug")]
    built = [path for path in built if path.exists()]
    if not built:
        sys.exit("error: no picket under target/: run cargo build, or name one with --picket")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def references(shared):
    """Yields (name, capture, stored reading) for each capture that has one."""
    corpus = pathlib.Path(shared) / "corpus"
    for capture in sorted((corpus / "captures").iterdir()):
        name = capture.name.split(".")[0]
        stored = corpus / "reference" / f"{name}.json.gz"
        if stored.exists():
            yield name, str(capture), gzip.open(stored, "rt", encoding="utf-8").read()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picket", help="the binary (default: the newest under target/)")
    parser.add_argument("--shared", default=str(ROOT.parent / "shared"))
    parser.add_argument("--live", nargs="+", metavar="FILE", help="run the installed tshark on FILE")
    options = parser.parse_args(arguments)
    if not options.live and not (pathlib.Path(options.shared) / "corpus" / "reference").is_dir():
        print("skipped: no ../shared")
        return 0
    picket = options.picket or default_picket()
    tally, differences, captures = collections.Counter(), [], []
    if options.live:
        pairs = ((pathlib.Path(f).name.split(".")[0], f, tshark_reads(f)) for f in options.live)
    else:
        pairs = ((n, c, read_tshark(text)) for n, c, text in references(options.shared))
    for name, capture, theirs in pairs:
        captures.append(name)
        differences += compare(name, theirs, dissect(picket, capture), tally)
    known = read_known((ROOT / "scripts" / "compare_tshark.known").read_text(encoding="utf-8"))
    status = report(captures, tally, differences, known, stale=not options.live)
    if not sum(tally.values()):
        print("error: nothing was compared")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
