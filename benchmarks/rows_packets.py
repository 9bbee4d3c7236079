"""Captures: packets to flows, and what stands out among them. Nobody looks at checksums: make_capture.py shifts addresses and
leaves them as they were."""

import shutil
import subprocess

from comparison import Peer, Work
from kit import TWO_THREADS, Absent
from measure import Command

FLOOD_FLOWS = 1_000_000


def mix(kit):
    """Ordinary traffic, 1,500,000 packets of it, made from the captures of the published data."""
    path = kit.file("mix-quick.pcap" if kit.quick else "mix.pcap")
    maker = kit.data_folder.parent / "tools/make_capture.py"
    if not path.exists():
        if not maker.exists():
            raise Absent("tools/make_capture.py beside the data is absent")
        subprocess.run(["/usr/bin/python3", maker, path, *(["100000"] if kit.quick else [])], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def flood(kit):
    count = kit.rows(FLOOD_FLOWS, 50_000)
    return kit.input(f"flood-{count}.pcap", "flood", count)


def tool(name, at_least, program, *words):
    """A program of Debian's."""
    found = shutil.which(program, path="/usr/bin:/usr/sbin:/bin:/sbin")
    return Peer(name, Command([found or program, *words], TWO_THREADS), at_least, "" if found else "not installed")


def nfpcapd(kit, at_least, path):
    folder = kit.file("nfpcapd")
    folder.mkdir(exist_ok=True)
    return tool("nfpcapd", at_least, "nfpcapd", "-r", path, "-l", folder, "-t", "3600")


def argus(at_least, path):
    """IPv4 only: version 3.0.8.2 crashes on other packets of the mix."""
    return tool("argus, IPv4 only", at_least, "argus", "-F", "/dev/null", "-r", path, "-w", "/dev/null", "-", "ip")


def softflowd(path):
    return tool("softflowd", None, "softflowd", "-r", path, "-d", "-m", "1000000")


def tshark(path):
    return tool("tshark -z conv,tcp", None, "tshark", "-n", "-r", path, "-q", "-z", "conv,tcp")


def meter(kit):
    path = mix(kit)
    return Work("capture, metering only", kit.job("meter", path, "256"),
                [nfpcapd(kit, 3, path), argus(3, path), softflowd(path), tshark(path)], at_most_mb=100)


def flows(kit):
    path = mix(kit)
    ours = kit.program("flows", path, "--no-checksums", "--quiet", "-o", kit.file("flows.csv"))
    nfstream = kit.peer("nfstream", 25, "nfstream_flows.py", path, kit.file("their-flows.csv"), needs="nfstream", command=True)
    return Work("capture to all columns of conn-v1, as CSV", ours, [nfpcapd(kit, 2, path), nfstream])


def one_packet_flows(kit):
    path = flood(kit)
    return Work("flood of 1,000,000 one-packet flows, metering only", kit.job("meter", path, "256"),
                [nfpcapd(kit, 5, path), argus(None, path), softflowd(path)], at_most_mb=300)


def capped(kit, cap, at_most_mb):
    return Work(f"the same, --flow-memory {cap}", kit.job("meter", flood(kit), cap.removesuffix("M")), at_most_mb=at_most_mb)


def scan(kit):
    path = mix(kit)
    metering = Peer("our metering alone", kit.job("meter", path, "256"), 0.5)
    return Work("scan of the capture, start to answer", kit.program("scan", path, "--no-checksums", "--quiet"), [metering])


ROWS = {"meter": meter, "flows": flows, "flood": one_packet_flows, "flood 8M": lambda kit: capped(kit, "8M", 32),
        "flood 64M": lambda kit: capped(kit, "64M", 96), "scan": scan}
