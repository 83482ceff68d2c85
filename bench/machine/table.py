"""table.py RESULTS: the medians as a table, each with its ratio. Exits with 3 if a bar is missed."""
import statistics
import sys

# What is measured, its unit, whether more is better, and how much of QEMU's is the least that will do.
ROWS = {
    "boot": ("start of the process to the login prompt", "s", False, 0.5),
    "randread-4k": ("`fio`, 4 KiB at random, read", "MiB/s", True, 0.5),
    "randwrite-4k": ("`fio`, 4 KiB at random, written", "MiB/s", True, 0.5),
    "read-1M": ("`fio`, 1 MiB in sequence, read", "MiB/s", True, 0.5),
    "write-1M": ("`fio`, 1 MiB in sequence, written", "MiB/s", True, 0.5),
    "to-host": ("`iperf3`, guest to host", "Mbit/s", True, 0.5),
    "from-host": ("`iperf3`, host to guest", "Mbit/s", True, 0.5),
    "read-1M-later": ("`fio`, 1 MiB in sequence, read, a minute later", "MiB/s", True, None),
    "write-1M-later": ("`fio`, 1 MiB in sequence, written, a minute later", "MiB/s", True, None),
    "idle": ("processor time of the idle machine", "% of one core", False, None),
}
MOST_IDLE_PERCENT = 5


def medians(path):
    values = {}
    for line in open(path):
        machine, what, value = line.split()
        values.setdefault((machine, what), []).append(float(value))
    return {key: statistics.median(all_of_it) for key, all_of_it in values.items()}


def main():
    found = medians(sys.argv[1])
    missed = []
    print(".The whole machine, one run on one machine (`bench/machine/run`)")
    print('[cols="4,2,>2,>2,>2",options="header"]\n|===')
    print("|What |Unit |QEMU TCG |Soft KVM |Soft KVM, of QEMU's")
    for what, (text, unit, more_is_better, bar) in ROWS.items():
        theirs, ours = found["QEMU", what], found["vmexit", what]
        ratio = ours / theirs if more_is_better or theirs == 0 else theirs / ours
        shown = "" if what == "idle" else f"{ratio:.2f}"
        print(f"|{text} |{unit} |{theirs:g} |{ours:g} |{shown}")
        if bar and ratio < bar:
            missed.append(f"{what}: {ratio:.2f} of QEMU's, and {bar} is the bar")
    print("|===")
    if found["vmexit", "idle"] >= MOST_IDLE_PERCENT:
        missed.append(f"idle: {found['vmexit', 'idle']:g} %, and {MOST_IDLE_PERCENT} is the bar")
    for line in missed:
        print("bench/machine: missed: " + line, file=sys.stderr)
    sys.exit(3 if missed else 0)


main()
