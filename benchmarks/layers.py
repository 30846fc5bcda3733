"""Times a pass forward and back through every layer, beside PyTorch's where it has one."""

import argparse
import sys

from compare import compare, ratio, shown

from pronghorn import registry


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", default=sys.executable, help="Python that has PyTorch")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", action="append", help="a layer")
    options = parser.parse_args()
    pythons = {"pronghorn_layers": sys.executable, "torch_layers": options.torch}
    print("| layer | Pronghorn | PyTorch | times |")
    print("| --- | --- | --- | --- |")
    for name in options.only or sorted(e.identifier for e in registry.entries("layers")):
        workers = {w.library: w for w in compare(name, pythons, options.turns)}
        own, peer = (workers.get(library) for library in pythons)
        times = "-" if own is None or peer is None else f"{ratio(peer, own):.1f}"
        print(f"| {name} | {shown(own)} | {shown(peer)} | {times} |", flush=True)


if __name__ == "__main__":
    main()
