"""The limit of job B: limits/billrun.py, which bills as many customers by set-based statements alone."""

import re
import subprocess
import sys

from tests.bench.data import shared_file

SCRIPT = "limits/billrun.py"
VARIANTS = ("sql", "sql2")  # `vector` needs a driver that the product has no use for
AGAINST = f"the fastest of {', '.join(VARIANTS)} in {SCRIPT}, of three registers each, on a server of its own"


def set_based_rate(*, customers: int) -> float:
    """Customers a second of its fastest variant. Raises DataMissing."""
    command = [sys.executable, str(shared_file(SCRIPT)), str(customers), *VARIANTS]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = re.findall(r"^\| (\w+) \| [\d.]+ \| [\d.]+ \| [\d.]+ \| ([\d,]+) \|", told, flags=re.MULTILINE)
    return max(float(rate.replace(",", "")) for _variant, rate in rows)
