#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the output of samples/flight_delays against a computation of its own.

usage: flight_delays_oracle.py FLIGHTS.csv OUTPUT_DIRECTORY PRINTED.txt

Reads the flights into lists per airport and window and compares, as multisets and number by number,
with hourly.csv, airports.csv (or their parts) and the printed table. Exit status 1 names the first
differences."""

import collections
import csv
import datetime
import glob
import sys

HOUR = 3600


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def iso(second):
    moment = datetime.datetime.fromtimestamp(second, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def row_of(airport, start, size, minutes):
    late = sum(1 for m in minutes if m >= 15)
    return (airport, iso(start), iso(start + size), len(minutes), sum(minutes) / len(minutes),
            max(minutes), late / len(minutes))


def windows(flights, size, slide):
    lists = collections.defaultdict(list)
    for airport, time, delay in flights:
        start = time // slide * slide
        while start > time - size:
            lists[airport, start].append(delay)
            start -= slide
    return [row_of(airport, start, size, minutes) for (airport, start), minutes in lists.items()]


def worst_first(row):
    return (row[3] < 3, -row[4], row[1], row[0])


def busiest_first(row):
    return (-row[3], row[1])


def extremes(rows):
    by_airport = collections.defaultdict(list)
    for row in rows:
        by_airport[row[0]].append(row)
    found = []
    for airport, own in by_airport.items():
        busiest, worst = min(own, key=busiest_first), min(own, key=worst_first)
        found.append((airport, busiest[1], busiest[3], worst[1], worst[4]))
    return found


def table(rows):
    lines = ["airport  hour                  departures  mean min  max min  late"]
    for row in sorted(rows, key=worst_first)[:10]:
        lines.append("%-7s  %-20s  %10d  %8.1f  %7d  %3.0f%%"
                     % (row[0], row[1], row[3], row[4], row[5], row[6] * 100))
    return lines


def written(directory, name, types):
    paths = glob.glob(f"{directory}/{name}") or sorted(glob.glob(f"{directory}/{name}.part-*"))
    assert paths, f"{directory}/{name}: no such output"
    rows = []
    for path in paths:
        with open(path, newline="") as file:
            lines = list(csv.reader(file))
        assert lines, f"{path}: not even a header"
        rows += [tuple(read(cell) for read, cell in zip(types, line)) for line in lines[1:]]
    return rows


def compare(what, expected, actual):
    missing = collections.Counter(expected) - collections.Counter(actual)
    extra = collections.Counter(actual) - collections.Counter(expected)
    for label, rows in (("missing", missing), ("not expected", extra)):
        for row in sorted(rows)[:3]:
            print(f"{what}: {label}: {row}")
    return not missing and not extra


def main():
    flights_path, directory, printed_path = sys.argv[1:4]
    with open(flights_path, newline="") as file:
        flights = [(row["origin"], seconds(row["scheduled"]), int(row["delay_minutes"]))
                   for row in csv.DictReader(file)]
    hourly = windows(flights, HOUR, HOUR)
    three_hours = extremes(windows(flights, 3 * HOUR, HOUR))
    with open(printed_path) as file:
        printed = file.read().splitlines()
    same = [
        compare("hourly.csv", hourly,
                written(directory, "hourly.csv", (str, str, str, int, float, int, float))),
        compare("airports.csv", three_hours,
                written(directory, "airports.csv", (str, str, int, str, float))),
        compare("table", list(enumerate(table(hourly))), list(enumerate(printed))),
    ]
    if not all(same):
        sys.exit(1)
    print(f"{len(hourly)} hours, {len(three_hours)} airports and the table agree")


if __name__ == "__main__":
    main()
