#!/usr/bin/env python3
"""Tests of compare_tshark.py: its readings, what it calls a difference, and its exit status.

One test writes a capture by hand and reads it with the installed tshark; the others need nothing.
Standard library only; the numbers are synthetic.
"""

import collections
import contextlib
import io
import json
import pathlib
import shutil
import struct
import tempfile
import unittest

import compare_tshark as compare


def event(frame, **changes):
    """Returns one of picket's events: a sendRoutingInfoForSM, or what the changes make of it."""
    base = {
        "capture": {"frame": frame},
        "mtp": {"opc": 1, "dpc": 2, "si": 3},
        "sccp": {
            "msg_type": "UDT",
            "calling": {"ssn": 8, "gt": {"digits": "999100001"}},
            "called": {"ssn": 6, "gt": {"digits": "999200001"}},
        },
        "tcap": {
            "type": "begin",
            "otid": "0a0b0c0d",
            "ac": {"oid": "0.4.0.0.1.0.20.3"},
            "component": {"type": "invoke", "index": 1, "count": 1, "invoke_id": 1},
        },
        "map": {"operation": {"code": 45}, "argument": {"msisdn": "15550100"}},
    }
    return {**base, **changes}


def packet(frame, *layers):
    """Returns one packet as tshark prints it; layers may repeat, as bundled chunks do."""
    inner = ", ".join(f"{json.dumps(name)}: {json.dumps(body)}" for name, body in layers)
    return ('{"_source": {"layers": {"frame": {"frame.number": "%d"}, %s}}}' % (frame, inner))


def document(*packets):
    return "[" + ", ".join(packets) + "]"


M3UA = ("m3ua", {"Protocol data": {"MTP3 equivalents": {"mtp3.opc": "1", "mtp3.dpc": "2"}}})
SCCP = ("sccp", {
    "sccp.message_type": "0x09",
    "Called Party address": {"sccp.called.ssn": "6", "GT": {"sccp.called.digits": "999200001"}},
    "Calling Party address": {"sccp.calling.ssn": "8", "GT": {"sccp.calling.digits": "999100001"}},
})
TCAP = ("tcap", {"tcap.begin_element": {
    "Source Transaction ID": {"tcap.otid": "0a:0b:0c:0d"},
    "tcap.dialogueRequest_element": {"tcap.application_context_name": "0.4.0.0.1.0.20.3"},
    "tcap.components": "1",
}})
INVOKE = {"gsm_old.invoke_element": {
    "gsm_old.invokeID": "1",
    "gsm_old.opCode_tree": {"gsm_old.localValue": "45"},
    "gsm_map.sm.msisdn_tree": {"e164.msisdn": "15550100"},
    "gsm_map.sm.serviceCentreAddress_tree": {"e164.msisdn": "999100001"},
}}
MAP = ("gsm_map", {"gsm_map.old.Component_tree": INVOKE})


def differences(text, *events):
    tally = collections.Counter()
    ours = compare.read_picket(json.dumps(e) for e in events)
    return [d[2:] for d in compare.compare("c", compare.read_tshark(text), ours, tally)], sum(tally.values())


class Comparison(unittest.TestCase):
    def test_same_reading_agrees_in_every_field(self):
        self.assertEqual(differences(document(packet(1, M3UA, SCCP, TCAP, MAP)), event(1)), ([], 12))

    def test_each_field_can_differ(self):
        text = document(packet(1, M3UA, SCCP, TCAP, MAP))
        address = event(1)["sccp"]
        component = {"type": "invoke", "index": 1, "count": 1, "invoke_id": 1}
        tcap = event(1)["tcap"]
        for change, want in [
            ({"mtp": {"opc": 9, "dpc": 2}}, ("opc", "1", "9")),
            ({"mtp": {"opc": 1, "dpc": 9}}, ("dpc", "2", "9")),
            ({"sccp": {**address, "calling": {"ssn": 8}}}, ("calling_gt", "999100001", "-")),
            ({"sccp": {**address, "called": {"ssn": 7, "gt": {"digits": "999200001"}}}}, ("called_ssn", "6", "7")),
            ({"tcap": {**tcap, "otid": "0a0b0c0e"}}, ("otid", "0a0b0c0d", "0a0b0c0e")),
            ({"tcap": {**tcap, "dtid": "01"}}, ("dtid", "-", "01")),
            ({"tcap": {**tcap, "ac": {"oid": "0.4.0.0.1.0.20.2"}}}, ("ac", "0.4.0.0.1.0.20.3", "0.4.0.0.1.0.20.2")),
            ({"tcap": {**tcap, "component": {**component, "invoke_id": 2}}}, ("invoke_id", "1", "2")),
            ({"tcap": {**tcap, "component": {**component, "type": "reject"}}}, ("type", "invoke", "reject")),
            ({"map": {"operation": {"code": 46}, "argument": {"msisdn": "15550100"}}}, ("operation", "45", "46")),
            ({"map": {"operation": {"code": 45}}}, ("msisdn", "15550100", "-")),
            ({"map": {"operation": {"code": 45}, "argument": {"msisdn": "999100001"}}}, ("msisdn", "15550100", "999100001")),
            ({"map": {"operation": {"code": 45}, "argument": {"msisdn": "15550100", "imsi": "00101"}}}, ("imsi", "-", "00101")),
        ]:
            self.assertEqual(differences(text, event(1, **change))[0], [want], change)

    def test_a_frame_only_one_side_reads_is_a_difference(self):
        text = document(packet(1, M3UA, SCCP, TCAP, MAP))
        self.assertEqual(differences(text)[0], [("messages", 1, 0)])
        self.assertEqual(differences("[]", event(3))[0], [("messages", 0, 1)])

    def test_bundled_messages_and_components_stay_in_order(self):
        second = ("gsm_map", {"gsm_map.old.Component_tree": {"gsm_old.returnError_element": {
            "gsm_old.invokeID": "3", "gsm_old.errorCode_tree": {"gsm_old.localValue": "27"}}}})
        text = document(packet(1, M3UA, SCCP, TCAP, MAP, second, M3UA, SCCP, TCAP, MAP))
        tcap = event(1)["tcap"]
        error = event(1, tcap={**tcap, "component": {"type": "return_error", "index": 2, "count": 2, "invoke_id": 3}},
                      map={"error": {"code": 27}})
        self.assertEqual(differences(text, event(1), error, event(1))[0], [])
        self.assertEqual(differences(text, event(1), event(1))[0], [("components", 2, 1)])

    def test_leftover_octets_are_not_a_second_message(self):
        tcap = {key: value for key, value in event(1)["tcap"].items() if key != "component"}
        rest = event(1, tcap=tcap, anomaly={"codes": ["tcap.trailing_octets"]}, map={})
        self.assertEqual(differences(document(packet(1, M3UA, SCCP, TCAP, MAP)), event(1), rest)[0], [])

    def test_a_lone_segment_may_be_held_back(self):
        segment = ("sccp", {**SCCP[1], "sccp.message_type": "0x11", "Segmentation": {"sccp.segmentation.remaining": "0x01"}})
        self.assertEqual(differences(document(packet(1, M3UA, segment))), ([], 0))
        whole = document(packet(2, M3UA, segment, ("sccp.msg.fragments", {}), TCAP, MAP))
        self.assertEqual(differences(whole)[0], [("messages", 1, 0)])

    def test_a_second_sighting_needs_no_counterpart(self):
        tcap = {key: value for key, value in event(1)["tcap"].items() if key != "component"}
        again = event(2, tcap=tcap, duplicate=True, map={})
        self.assertEqual(differences("[]", again), ([], 0))
        self.assertEqual(differences(document(packet(2, M3UA, SCCP, TCAP, MAP)), again), ([], 8))
        other = event(2, tcap={**tcap, "otid": "01"}, duplicate=True, map={})
        self.assertEqual(differences(document(packet(2, M3UA, SCCP, TCAP, MAP)), other)[0], [("otid", "0a0b0c0d", "01")])

    def test_a_user_part_tshark_does_not_open_is_left_out(self):
        self.assertEqual(differences(document(packet(1, M3UA, SCCP)), event(1)), ([], 6))

    def test_where_tshark_gives_up_more_is_no_difference(self):
        cut = ("tcap", {"tcap.begin_element": {"BER Error": {"_ws.expert": {}}}})
        self.assertEqual(differences(document(packet(1, M3UA, SCCP, cut)), event(1))[0], [])

    def test_connection_oriented_messages_are_left_out(self):
        request = ("sccp", {**SCCP[1], "sccp.message_type": "0x01"})
        other = {**event(1)["sccp"], "msg_type": "CR"}
        self.assertEqual(differences(document(packet(1, M3UA, request)), event(1, sccp=other)), ([], 0))

    def test_known_differences_pass_and_stale_ones_fail(self):
        known = compare.read_known("# why\nc 1 opc the label is rewritten # aside\nc * dpc so is this\n")
        self.assertEqual(known[0], compare.Known("c", "1", "opc", "the label is rewritten"))
        seen = [compare.Difference("c", 1, "opc", "1", "9"), compare.Difference("c", 7, "dpc", "2", "9")]
        new = compare.Difference("c", 2, "opc", "1", "9")
        for found, want in [(seen, 0), (seen + [new], 1), (seen[:1], 1), ([], 1)]:
            with contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(compare.report(["c"], collections.Counter(), found, known), want, found)

    def test_the_list_of_known_differences_can_be_read(self):
        listed = pathlib.Path(compare.__file__).with_name("compare_tshark.known")
        compare.read_known(listed.read_text(encoding="utf-8"))


# ---- a capture written by hand ------------------------------------------------------------------


def tlv(tag, *parts):
    value = b"".join(parts)
    assert len(value) < 128
    return bytes([tag, len(value)]) + value


def address(digits, ssn):
    """Writes an SCCP address: GT format 4, international E.164, even number of digits (Q.713 §3.4)."""
    packed = bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))
    return bytes([0x12, ssn, 0x00, 0x12, 0x04]) + packed


def unitdata(tcap):
    """Writes a UDT (Q.713 §4.10) from SSN 8 to SSN 6."""
    called, calling = address("9992000011", 6), address("9991000012", 8)
    pointers = bytes([3, 3 + len(called), 3 + len(called) + len(calling)])
    return b"\x09\x00" + pointers + b"".join(bytes([len(p)]) + p for p in (called, calling, tcap))


def chunk(tsn, tcap):
    """Writes a DATA chunk (RFC 9260 §3.3.1) with M3UA DATA (RFC 4666 §3.3.1)."""
    user = struct.pack(">IIBBBB", 257, 514, 3, 2, 0, 0) + unitdata(tcap)
    parameter = struct.pack(">HH", 0x0210, 4 + len(user)) + user + bytes(-len(user) % 4)
    m3ua = struct.pack(">BBBBI", 1, 0, 1, 1, 8 + len(parameter)) + parameter
    return struct.pack(">BBHIHHI", 0, 3, 16 + len(m3ua), tsn, 0, tsn, 3) + m3ua


def capture(*chunks):
    """Writes a pcap of link type RAW with one IPv4 packet."""
    sctp = struct.pack(">HHII", 2905, 2905, 1, 0) + b"".join(chunks)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(sctp), 0, 0, 64, 132, 0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    frame = ip + sctp
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame


def sri_sm(invoke):
    msisdn = tlv(0x80, bytes.fromhex("9151551000"))
    centre = tlv(0x82, bytes.fromhex("9199190000f1"))
    argument = tlv(0x30, msisdn, tlv(0x81, b"\xff"), centre)
    return tlv(0xA1, tlv(0x02, bytes([invoke])), tlv(0x02, bytes([45])), argument)


class Tshark(unittest.TestCase):
    @unittest.skipUnless(shutil.which("tshark"), "no tshark")
    def test_bundled_chunks_and_every_component_type(self):
        begin = tlv(0x62, tlv(0x48, b"\x00\x00\x00\x01"), tlv(0x6C, sri_sm(1), sri_sm(2)))
        error = tlv(0xA3, tlv(0x02, b"\x01"), tlv(0x02, bytes([27])))
        reject = tlv(0xA4, tlv(0x02, b"\x02"), tlv(0x81, b"\x01"))
        end = tlv(0x64, tlv(0x49, b"\x00\x00\x00\x01"), tlv(0x6C, error, reject))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "hand.pcap"
            path.write_bytes(capture(chunk(1, begin), chunk(2, end)))
            frames = compare.tshark_reads(str(path))
        self.assertEqual(list(frames), [1])
        first, second = frames[1]
        self.assertEqual(first.fields, {
            "opc": 257, "dpc": 514, "calling_gt": "9991000012", "calling_ssn": 8,
            "called_gt": "9992000011", "called_ssn": 6, "otid": "00000001", "dtid": None, "ac": None,
        })
        self.assertEqual([c["type"] for c in first.components], ["invoke", "invoke"])
        self.assertEqual([c["invoke_id"] for c in first.components], [1, 2])
        self.assertEqual([c["operation"] for c in first.components], [45, 45])
        self.assertEqual([c["msisdn"] for c in first.components], [["15550100"], ["15550100"]])
        self.assertEqual((second.fields["otid"], second.fields["dtid"]), (None, "00000001"))
        self.assertEqual([(c["type"], c["invoke_id"], c["operation"], c["error"]) for c in second.components],
                         [("return_error", 1, None, 27), ("reject", 2, None, None)])


if __name__ == "__main__":
    unittest.main()
