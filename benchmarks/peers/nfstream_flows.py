"""A capture to flows with nfstream's statistics, as CSV, without a look into payloads: nfstream_flows.py FILE OUT.csv"""

import sys

from nfstream import NFStreamer

if __name__ == "__main__":
    path, out = sys.argv[1:]
    NFStreamer(source=path, statistical_analysis=True, n_dissections=0).to_csv(path=out)
