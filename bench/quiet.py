"""How busy the processors are with other people's work: from /proc/stat, so on Linux only (elsewhere: None)."""

import os
import resource
import time


def busy_seconds(cpus):
    """Processor-seconds since boot in which `cpus` did anything, time stolen by a hypervisor included."""
    wanted = {f"cpu{cpu}" for cpu in cpus}
    ticks = 0
    try:
        with open("/proc/stat", encoding="ascii") as stat:
            for line in stat:
                name, *fields = line.split()
                if name in wanted:
                    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
                    ticks += user + nice + system + irq + softirq + steal
    except OSError:
        return None
    return ticks / os.sysconf("SC_CLK_TCK")


def own_seconds():
    """Processor-seconds of this process and of its children that have ended."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


class Watch:
    """From its making to `others()`: the mean number of processors that others kept busy."""

    def __init__(self, cpus):
        self.cpus = cpus
        self.start = time.monotonic()
        self.busy = busy_seconds(cpus)
        self.own = own_seconds()

    def others(self):
        """Processors busy with other work; never below 0, which the clock ticks' coarseness would allow."""
        if self.busy is None:
            return None
        spent = busy_seconds(self.cpus) - self.busy - (own_seconds() - self.own)
        return max(0.0, spent / (time.monotonic() - self.start))


def wait_until_quiet(cpus, at_most, seconds, say):
    """Waits until others take less than `at_most` processors over two seconds, or `seconds` have passed.

    Returns the last measurement.
    """
    end = time.monotonic() + seconds
    while True:
        watch = Watch(cpus)
        time.sleep(2)
        others = watch.others()
        if others is None or others < at_most:
            return others
        if time.monotonic() > end:
            say(f"warning: others keep {others:.2f} processors busy; the times below are not those of a quiet machine")
            return others
        say(f"waiting: others keep {others:.2f} processors busy")
