"""Direction numbers of Sobol' points, and golden points to check them, from SciPy's copy of the table new-joe-kuo-6.

    python scripts/sobol_directions.py crates/reparam-core/src/noise/sobol

writes `joe_kuo.bin` and `golden.csv` there. SciPy 1.17.1 and NumPy 2.4.6 made the files as they stand.

`joe_kuo.bin`: little-endian u16, for coordinates 1, 2, ... (coordinate 0 is the van der Corput sequence and has no row): the degree of the
primitive polynomial, its inner coefficients, and as many initial numbers m as its degree. The table: S. Joe and F. Y. Kuo, Constructing
Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30 (2008), which its authors publish under a BSD licence.
`golden.csv`: coordinate, index, value times 2^32 of the unscrambled point (indices in natural order; SciPy counts in Gray code).
"""

import struct
import sys
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import qmc

COORDINATES = 1024

folder = Path(sys.argv[1])
table = np.load(Path(scipy.__file__).parent / "stats" / "_sobol_direction_numbers.npz")
words = []
for row in range(1, COORDINATES):
    polynomial = int(table["poly"][row])
    degree = polynomial.bit_length() - 1
    inner = (polynomial >> 1) & ((1 << (degree - 1)) - 1)
    words += [degree, inner] + [int(m) for m in table["vinit"][row][:degree]]
(folder / "joe_kuo.bin").write_bytes(struct.pack(f"<{len(words)}H", *words))

points = qmc.Sobol(COORDINATES, scramble=False, bits=32).random(4096)
lines = [f"# scipy {scipy.__version__}"]
for coordinate in [0, 1, 2, 3, 4, 9, 40, 99, 255, 511, 777, 1022, 1023]:
    for count in [1, 2, 3, 4, 5, 6, 7, 100, 1000, 4095]:
        index = count ^ (count >> 1)
        lines.append(f"{coordinate},{index},{int(points[count, coordinate] * 2**32)}")
(folder / "golden.csv").write_text("\n".join(lines) + "\n")
