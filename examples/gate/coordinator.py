"""A coordinator that creates no batches while the worker is more than three commits behind.

python coordinator.py
python coordinator.py --skip-drift-check --reason "the worker's fix is in this batch"
"""

from __future__ import annotations

import argparse
import sys

from unshipped.gate import DeploymentDriftError, check_deployment_drift


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--skip-drift-check", action="store_true", help="run all the same; needs --reason")
    parser.add_argument("--reason", default="", help="why: it is recorded and announced, and ends by itself")
    asked = parser.parse_args()
    try:
        decision = check_deployment_drift(
            "worker", max_behind=3, by="coordinator", skip=asked.skip_drift_check, reason=asked.reason
        )
    except DeploymentDriftError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"creating batches ({decision})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
