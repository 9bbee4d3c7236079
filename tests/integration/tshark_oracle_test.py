"""Frames are decoded as tshark decodes them: tools/compare-tshark knows a reason for every difference."""

import shutil
import subprocess
import unittest

import harness


class Tshark(unittest.TestCase):
    def test_every_ip_packet_it_decodes_is_decoded_or_has_a_documented_reason(self):
        if shutil.which("tshark") is None:
            harness.absent("tshark")
        data = harness.data("pcap/tcpdump.tar.gz").parents[1]
        build = harness.BINARY.parents[1]
        done = subprocess.run([harness.SOURCE / "tools/compare-tshark", "--data", data, "--build", build],
                              capture_output=True, text=True, check=False)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stderr)
        shares = {line[:20].strip(): line.split()[-3] for line in done.stdout.splitlines() if line.count("%") == 1}
        for link, least in (("Ethernet", 99.8), ("Linux cooked", 99.9), ("loopback", 99.7), ("raw IP", 99.2), ("PPP", 98.6)):
            self.assertGreaterEqual(float(shares[link]), least, link)


if __name__ == "__main__":
    harness.main()
