"""A lab for each test: its own folder, free ports, and an orderly end."""
import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

CCELAB = os.environ.get("CCELAB", "ccelab")
SETTINGS = pathlib.Path(__file__).with_name("lab.toml")


@pytest.fixture
def start_lab(tmp_path):
    """Starts `ccelab run` with more options, and returns what its ready file says."""
    labs = []

    def start(*options):
        folder = tmp_path / f"lab-{len(labs)}"
        folder.mkdir()
        command = [CCELAB, "run", "--ports", "ephemeral", "--no-tls", "--config", SETTINGS,
                   "--ready-file", "lab.ready", *options]
        with open(folder / "lab.out", "w") as out:
            labs.append(subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT))
        waiting = subprocess.Popen([CCELAB, "wait-ready", "lab.ready", "--timeout", "30s"], cwd=folder)
        while waiting.poll() is None:
            if labs[-1].poll() is not None:
                waiting.kill()
            time.sleep(0.05)
        assert waiting.returncode == 0, (folder / "lab.out").read_text()[-2000:]
        return json.loads((folder / "lab.ready").read_text())

    yield start
    for lab in labs:
        lab.send_signal(signal.SIGTERM)
    codes = [lab.wait(timeout=30) for lab in labs]
    assert not any(codes), f"a lab failed, or broke a check: see lab.out in {tmp_path}"
