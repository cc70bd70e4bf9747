#!/usr/bin/env python3
"""Makes the tables of countries by IMSI and by ISO code, and compares that by telephone number.

Usage: numbering.py --mcc mcc-mnc-list.json --iso codes.json [--write]

  npm pack mcc-mnc-list@1.1.11 i18n-iso-countries@7.14.0     (both MIT; unpack them)
  scripts/venv.sh target/numbering scripts/numbering_requirements.txt    (phonenumbers, Apache-2.0)
  target/numbering/bin/python scripts/numbering.py --mcc ... --iso ...

src/enrich/data/e212.csv and iso3166.csv are made from those lists; without --write they are only
compared. src/enrich/data/e164.csv is kept by hand, since no list says which prefixes below a shared
country code are whose: it is compared with what the metadata of libphonenumber says of random
numbers under every prefix of three digits and under each of its rows and their neighbours.
Differences that are meant are listed below, each with its reason. Exit code 1: there are others.
"""
import argparse
import collections
import json
import pathlib
import random
import sys

DATA = pathlib.Path(__file__).resolve().parent.parent / "src/enrich/data"

E212_HEAD = """\
# Country of an IMSI by its longest prefix: MCC or MCC+MNC,ISO 3166-1 alpha-2 (XX: no country).
# Source: npm mcc-mnc-list 1.1.11 (MIT), taken 2026-11-23; made by scripts/numbering.py, which lists
# what it sets by hand and why. A code of a network stands here only where it lies in another country
# than most networks of its MCC. 001 and 999 are for tests and private networks, 90x is shared by
# satellite, maritime, airline and IoT networks.
"""

ISO_HEAD = """\
# Countries by three letters: ISO 3166-1 alpha-3,alpha-2.
# Source: codes.json of npm i18n-iso-countries 7.14.0 (MIT), taken 2026-11-23; made by
# scripts/numbering.py. XKX, XKK and UNK are in common use for Kosovo.
"""

# MCCs the list gives to several countries at once, or to none, and those of ITU-T E.212 without a
# network in the list.
MCC = {
    "001": "XX", "999": "XX",  # tests, private networks
    "901": "XX", "902": "XX", "991": "XX", "995": "XX",  # international
    "225": "VA",  # assigned to the Vatican, unused
    "332": "VI", "534": "MP", "535": "GU",  # assigned, networks use 310 and 311
    "340": "GP", "362": "CW", "505": "AU", "647": "RE",  # shared; the most populous
    "406": "IN", "430": "AE", "431": "AE", "461": "CN",  # second and third codes of the country
}

# Networks whose country the list leaves open or names twice.
NETWORK = {
    "23403": "JE", "23450": "JE",  # Airtel-Vodafone and JT also serve Guernsey; at home in Jersey
    "23455": "GG",  # Sure also serves Jersey; at home in Guernsey
    "31059": "US",  # Bermuda in the list, but every network of MCC 310 has three digits
    "42505": "PS", "42506": "PS",  # Jawwal and Ooredoo Palestine use Israel's MCC
    "34001": "GP", "34002": "GP", "34020": "GP",  # serve all of the French Antilles and Guiana
    "36251": "SX", "36254": "SX", "36276": "BQ",  # by the islands the operators are on
    "64701": "YT",  # Maore Mobile is on Mayotte
    "25598": "UA",  # assigned by Ukraine
}

# Where e164.csv says something else than libphonenumber on purpose: prefix, reason.
E164_MEANT = {
    "1310": "Los Angeles; Canada has only a service number there",
    "247": "Ascension is no country of ISO 3166-1 but part of Saint Helena",
    "379": "reserved for the Vatican, unused",
    "390549": "San Marino is called through Italy too",
    "3906698": "Vatican numbers; libphonenumber calls them Italian as well",
    "2125288": "Western Sahara; libphonenumber counts the range to Morocco as well",
    "2125289": "Western Sahara; libphonenumber counts the range to Morocco as well",
    "2908": "Tristan da Cunha is no country of ISO 3166-1 but part of Saint Helena",
    "590590": "Saint Barthelemy and Saint Martin share ranges with Guadeloupe",
    "4498": "service numbers, which are nobody's nodes or subscribers",
    "447924": "Isle of Man; libphonenumber gives the range to two countries and names the first",
    "999": "belongs to nobody; used for fictional networks",
}


def table(path):
    rows = [line.split(",") for line in path.read_text().splitlines() if not line.startswith("#")]
    return {prefix: country for prefix, country in rows}


def longest(rows, digits):
    found = [digits[:n] for n in range(1, len(digits) + 1) if digits[:n] in rows]
    return rows[found[-1]] if found else None


def e212(networks):
    by_mcc = collections.defaultdict(list)
    for row in networks:
        if row["mcc"]:
            by_mcc[row["mcc"]].append(row)
    rows = {}
    for mcc, group in by_mcc.items():
        names = [(row["countryCode"] or "").split("-")[0] for row in group]
        common = collections.Counter(name for name in names if len(name) == 2).most_common(1)
        rows[mcc] = MCC.get(mcc) or common[0][0]
        codes = collections.defaultdict(set)
        for row, name in zip(group, names):
            if row["mnc"] and len(name) == 2 and row["status"] == "Operational":
                codes[mcc + row["mnc"]].add(name)
        for code, countries in codes.items():
            # A code that begins others would take them along. Networks of territories are listed
            # under the mother country as well.
            begins = any(other != code and other.startswith(code) for other in codes)
            elsewhere = countries - {rows[mcc]}
            if len(elsewhere) == 1 and not begins:
                rows[code] = elsewhere.pop()
    rows.update(MCC)
    rows.update(NETWORK)
    return {code: country for code, country in rows.items()
            if len(code) == 3 or rows[code[:3]] != country}


def compare(name, want, path, head, write):
    text = head + "".join(f"{key},{want[key]}\n" for key in sorted(want))
    if write:
        path.write_text(text)
        return 0
    if path.read_text() == text:
        return 0
    have = table(path)
    for key in sorted(set(have) | set(want)):
        if have.get(key) != want.get(key):
            print(f"{name}: {key}: {have.get(key)} in the file, {want.get(key)} from the source")
    return 1


def e164(rows):
    import phonenumbers
    from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS

    random.seed(1)
    wrong = 0
    for code, regions in sorted(REGIONS.items()):
        prefixes = {""}
        if len(regions) > 1:
            # A row, and its neighbours as far as they are long enough to tell apart.
            below = [row[len(str(code)):] for row in rows if row.startswith(str(code))]
            prefixes = {f"{n:03}" for n in range(1000)}
            prefixes |= {row[:-1] + digit for row in below if len(row) > 3 for digit in "0123456789"}
            prefixes |= {row for row in below if row}
        lengths = {
            n for region in regions if region != "001"
            for n in phonenumbers.PhoneMetadata.metadata_for_region(region).general_desc.possible_length
        }
        for prefix in sorted(prefixes):
            whole = str(code) + prefix
            if any(other.startswith(whole) and other != whole for other in rows):
                continue
            seen = votes(phonenumbers, code, prefix, sorted(lengths), regions)
            have = longest(rows, whole)
            meant = any(whole.startswith(p) or p.startswith(whole) for p in E164_MEANT)
            # A range two regions share says nothing against either of them.
            if seen and have not in seen and not meant:
                print(f"e164.csv: {whole}: {have} in the file, {dict(seen)} by libphonenumber")
                wrong = 1
    known = {str(code) for code in REGIONS}
    for row in rows:
        if not any(row.startswith(code) for code in known) and row not in E164_MEANT:
            print(f"e164.csv: {row}: libphonenumber has no such country code")
            wrong = 1
    return wrong


def votes(phonenumbers, code, prefix, lengths, regions):
    if regions == ("001",):
        return collections.Counter({"XX": 1})
    if len(regions) == 1:
        return collections.Counter(regions)
    seen = collections.Counter()
    for length in lengths:
        for _ in range(10 if length >= len(prefix) else 0):
            rest = "".join(random.choice("0123456789") for _ in range(length - len(prefix)))
            national = prefix + rest
            number = phonenumbers.PhoneNumber(
                country_code=code,
                national_number=int(national or 0),
                italian_leading_zero=national.startswith("0") or None,
            )
            region = phonenumbers.region_code_for_number(number)
            if region:
                seen[region] += 1
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mcc", required=True, type=pathlib.Path)
    parser.add_argument("--iso", required=True, type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    iso = {row[1]: row[0] for row in json.loads(arguments.iso.read_text())}
    iso.update(XKX="XK", XKK="XK", UNK="XK")
    networks = json.loads(arguments.mcc.read_text())
    wrong = compare("iso3166.csv", iso, DATA / "iso3166.csv", ISO_HEAD, arguments.write)
    wrong |= compare("e212.csv", e212(networks), DATA / "e212.csv", E212_HEAD, arguments.write)
    wrong |= e164(table(DATA / "e164.csv"))
    print("differences found" if wrong else "all tables agree with their sources")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
