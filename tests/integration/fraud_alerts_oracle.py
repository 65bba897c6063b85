#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fraud_alerts_oracle.py OUTPUT: what samples/fraud_alerts.cpp has written is right, computed here in
another way: all payments are made, sorted by account and time, and looked at once."""
import csv
import datetime
import glob
import sys

PAYMENTS, ACCOUNTS, WINDOW = 20_000, 100, 600
START = int(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc).timestamp())
BITS = (1 << 64) - 1


def payment(i):
    random = (i + 1) * 0x9E3779B97F4A7C15 & BITS
    random = (random ^ random >> 30) * 0xBF58476D1CE4E5B9 & BITS
    random = (random ^ random >> 27) * 0x94D049BB133111EB & BITS
    random ^= random >> 31
    parts = []
    for choices in (ACCOUNTS, 30, 100):
        parts.append(random % choices)
        random //= choices
    account, behind, kind = parts
    if kind < 3:
        cents = 1 + random % 99
    elif kind < 6:
        cents = 50_000 + random % 50_000
    elif kind == 6:
        cents = -1 - random % 5_000
    else:
        cents = 500 + random % 20_000
    return f"account-{account}", START + i - behind, i, cents


def text(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def expected():
    alerts, unjudged, trial = [], [], {}
    for account, time, number, cents in sorted(payment(i) for i in range(PAYMENTS)):
        if cents <= 0:
            unjudged.append([str(number), account, "not a payment"])
        elif cents >= 50_000 and time <= trial.get(account, -WINDOW) + WINDOW:
            alerts.append([account, str(number), text(time), str(cents), text(trial[account])])
        elif cents < 100:
            trial[account] = time
    return alerts, unjudged


def written(output, name):
    rows = []
    for path in glob.glob(f"{output}/{name}*"):
        if path.endswith(".in-progress"):
            sys.exit(f"{path} was not finished")
        with open(path, newline="", encoding="utf-8") as file:
            rows += list(csv.reader(file))[1:]
    return rows


for what, rows in zip(("alerts.csv", "unjudged.csv"), expected()):
    found = written(sys.argv[1], what)
    if sorted(found) != sorted(rows):
        missing = [row for row in rows if row not in found]
        sys.exit(f"{what}: {len(found)} rows, expected {len(rows)}; missing: {missing[:3]}")
    print(f"{sys.argv[1]}/{what}: {len(rows)} rows")
