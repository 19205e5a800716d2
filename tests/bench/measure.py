# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU time and memory of processes from /proc, and the two load generators (wrk and pgbench)."""

import collections
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess

import database
from database import FOLDER, services

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(pid, with_children=False):
    """Seconds of user and system time of all threads of a process, including threads that have ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    own = int(fields[11]) + int(fields[12])
    return (own + (int(fields[13]) + int(fields[14]) if with_children else 0)) / TICKS


def tree(pid):
    """A process and all of its descendants."""
    found = [int(pid)]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += tree(child)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def threads_of(pid):
    """{(name, thread): nanoseconds on a processor} of a process."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            found[(task / "comm").read_text().strip(), task.name] = int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended
    return found


def evenness(before, after):
    """Return {name: (number of threads, share of the process's time, busiest / mean)} for groups of threads with the
    same name that used at least a tenth of the process's time. busiest / mean is 1 when the threads worked
    equally, and the number of threads when one of them did everything."""
    groups = collections.defaultdict(list)
    for thread, time in after.items():
        groups[thread[0]].append(time - before.get(thread, 0))
    whole = max(1, sum(map(sum, groups.values())))
    return {name: (len(times), sum(times) / whole, max(times) * len(times) / sum(times))
            for name, times in groups.items() if sum(times) >= 0.1 * whole}


def cpu_of_cluster(cluster):
    """CPU time of the postmaster, of its children, and of children that have ended."""
    return cpu_of(cluster.pid, with_children=True) + sum(map(cpu_of, services.children_of(cluster.pid)))


def cpu_of_machine():
    fields = [int(each) for each in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICKS


def cpu_of_generators():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident(pid, field="VmRSS"):
    """Kilobytes."""
    return int(re.search(rf"^{field}:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


class Run:
    """Result of one measurement; CPU in microseconds per request."""

    def __init__(self, requests, seconds, p50, p99, errors, cpu, resident_kb=0, threads=None):
        self.requests = requests
        self.rate = requests / seconds
        self.p50 = p50
        self.p99 = p99
        self.errors = errors
        self.server, self.postgres, self.redis, self.generator = (
            1e6 * each / max(1, requests) for each in cpu[:4])
        self.foreign = cpu[4] / seconds  # cores used by other processes meanwhile
        self.resident = resident_kb
        self.threads = threads or {}  # as returned by evenness()


class Meter:
    """Takes snapshots of CPU time before and after a load. `server` has .pid and .url; CPU time of its child
    processes is included."""

    def __init__(self, cluster, redis, server=None):
        self.cluster, self.redis, self.server = cluster, redis, server

    def snapshot(self):
        return (sum(map(cpu_of, tree(self.server.pid))) if self.server else 0.0, cpu_of_cluster(self.cluster),
                cpu_of(self.redis.process.pid), cpu_of_generators(), cpu_of_machine())

    def between(self, before):
        spent = [b - a for a, b in zip(before, self.snapshot())]
        spent[4] = max(0.0, spent[4] - sum(spent[:4]))
        return spent

    def wrk(self, case, options, run):
        before, threads = self.snapshot(), threads_of(self.server.pid)
        out = subprocess.run(
            ["wrk", "-t2", f"-c{options.connections}", f"-d{options.seconds}s", "--timeout", "10s",
             "-s", str(FOLDER / "requests.lua"), self.server.url, "--", case, str(options.organizations),
             str(options.events // options.organizations), str(options.actors), str(run),
             str(database.doors(options.organizations))],
            check=True, capture_output=True, text=True).stdout
        spent = self.between(before)
        requests, micros, p50, p99, refused, broken = map(float, re.search(r"RESULT (.*)", out).group(1).split())
        return Run(requests, micros / 1e6, p50 / 1e3, p99 / 1e3, int(refused + broken), spent,
                   sum(map(resident, tree(self.server.pid))), evenness(threads, threads_of(self.server.pid)))

    def pgbench(self, script, database, options, variables):
        """Run a pgbench script. A quarter of the transactions' times is logged: enough for percentiles, and little to
        write."""
        folder = services.make_folder("cc-bench-")
        path = folder / "script.sql"
        path.write_text(script)
        path.chmod(0o644)
        before = self.snapshot()
        defined = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
        done = subprocess.run(services.as_service(
            [f"{self.cluster.bin}/pgbench", "-n", "-M", "prepared", f"-c{options.connections}", "-j2",
             f"-T{options.seconds}", "-l", "--sampling-rate=0.25", f"--log-prefix={folder}/times", "-f", str(path),
             *defined, "-h", str(self.cluster.folder), "-U", "postgres", database]),
            capture_output=True, text=True, cwd="/", env=services.clean_environment())
        spent = self.between(before)
        out = done.stdout
        found = re.search(r"actually processed: (\d+)", out)
        rate = re.search(r"tps = ([\d.]+) \(without", out)
        if done.returncode != 0 or not found or not rate:
            raise RuntimeError(f"pgbench failed: {done.stderr.strip()[:2000]}\n{script}")
        times = sorted(int(line.split()[2]) for log in folder.glob("times.*") for line in log.open())
        shutil.rmtree(folder)
        requests = int(found.group(1))
        p50, p99 = (times[int(len(times) * share)] / 1e3 if times else 0.0 for share in (0.5, 0.99))
        return Run(requests, requests / float(rate.group(1)), p50, p99, 0, spent)


def middle(values):
    return statistics.median(values)


def spread(values, digits=2):
    values = list(values)
    return f"{middle(values):.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}]"
