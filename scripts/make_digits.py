#!/usr/bin/env python3
"""Makes crates/reparam-cli/data/digits.deflate from the digits in scikit-learn's wheel.

    pip download scikit-learn==1.7.2 --no-deps --only-binary :all:
    python3 scripts/make_digits.py scikit_learn-1.7.2-*.whl

Any wheel will do whose sklearn/datasets/data/digits.csv.gz has the checksum below. Standard library only.
"""

import gzip
import hashlib
import pathlib
import sys
import zipfile
import zlib

ENTRY = "sklearn/datasets/data/digits.csv.gz"
SOURCE_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
OUT = pathlib.Path(__file__).resolve().parent.parent / "crates/reparam-cli/data/digits.deflate"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    packed = zipfile.ZipFile(sys.argv[1]).read(ENTRY)
    checksum = hashlib.sha256(packed).hexdigest()
    if checksum != SOURCE_SHA256:
        sys.exit(f"{ENTRY}: expected sha256 {SOURCE_SHA256}, got {checksum}")
    rows = [[int(field) for field in line.split(",")] for line in gzip.decompress(packed).decode("ascii").split()]
    assert len(rows) == 1797 and all(len(row) == 65 for row in rows)
    pixels = bytes(level for row in rows for level in row[:64])
    labels = bytes(row[64] for row in rows)
    assert max(pixels) == 16 and max(labels) == 9
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    OUT.write_bytes(deflate.compress(pixels + labels) + deflate.flush())
    print(f"python {sys.version.split()[0]}, zlib {zlib.ZLIB_RUNTIME_VERSION}")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, sha256 {hashlib.sha256(OUT.read_bytes()).hexdigest()}")
    print(f"CRC-32 of the pixels {zlib.crc32(pixels)}, of the labels {zlib.crc32(labels)}")


if __name__ == "__main__":
    main()
