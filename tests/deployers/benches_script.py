"""A folder that a script deploys to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unshipped.deployers.command import CommandDeployer
from unshipped.deployers.contract import GONE, OLD
from unshipped.ports.deploying import Deployer


@dataclass
class Script:
    """A folder whose file says what serves; a script writes it."""

    folder: Path
    sharing: bool = False

    def __post_init__(self) -> None:
        (self.folder / "live").write_text(f"{OLD} 1")
        (self.folder / "begun").write_text("")
        (self.folder / "mode").write_text("")
        (self.folder / "deploy").write_text(
            f"""#!/bin/sh
cd {self.folder}
grep -q refuse mode && {{ echo "no: $DEPLOY_TOKEN"; exit 1; }}
[ "$1" = bring ] && echo x >> begun
grep -q stall mode && sleep 300
echo "using $DEPLOY_TOKEN"
[ "$UNSHIPPED_SHARE" = 0 ] || echo "$UNSHIPPED_COMMIT $UNSHIPPED_SHARE $UNSHIPPED_BEFORE" > live
"""
        )
        (self.folder / "available").write_text(f'#!/bin/sh\n[ "$1" != {GONE} ] || {{ echo gone; exit 1; }}\n')
        for name in ("deploy", "available"):
            (self.folder / name).chmod(0o755)

    def deployer(self, timeout: float) -> Deployer:
        return CommandDeployer(
            command=(str(self.folder / "deploy"), "bring"),
            share=(str(self.folder / "deploy"), "shift") if self.sharing else (),
            available=(str(self.folder / "available"), "{commit}"),
            timeout=timeout,
            grace=0.2,
        )

    def share(self, commit: str) -> float:
        live, share, *before = (self.folder / "live").read_text().split()
        if commit == live:
            return float(share)
        return 1 - float(share) if [commit] == before else 0.0

    def begun(self) -> int:
        return len((self.folder / "begun").read_text().splitlines())

    def stall(self) -> None:
        (self.folder / "mode").write_text("stall")

    def refuse(self) -> None:
        (self.folder / "mode").write_text("refuse")

    def lose(self) -> bool:
        return False
