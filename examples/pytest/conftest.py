"""A lab for each test: its own folder, free ports, and an orderly end."""
import json
import os
import pathlib
import signal
import subprocess

import pytest

CCELAB = os.environ.get("CCELAB", "ccelab")
SETTINGS = pathlib.Path(__file__).with_name("lab.toml")


@pytest.fixture
def start_lab(tmp_path):
    """Starts `ccelab run` with more options or another lab, and returns what its ready file says."""
    labs = []

    def start(*options, config=SETTINGS):
        folder = tmp_path / f"lab-{len(labs)}"
        folder.mkdir()
        command = [CCELAB, "run", "--ports", "ephemeral", "--no-tls", "--config", config,
                   "--ready-file", "lab.ready", *options]
        with open(folder / "lab.out", "w") as out:
            labs.append(subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT))
        waiting = [CCELAB, "wait-ready", "lab.ready", "--timeout", "30s", "--pid", str(labs[-1].pid)]
        is_ready = subprocess.run(waiting, cwd=folder).returncode == 0
        assert is_ready, (folder / "lab.out").read_text()[-2000:]
        return json.loads((folder / "lab.ready").read_text())

    yield start
    for lab in labs:
        lab.send_signal(signal.SIGTERM)
    codes = [lab.wait(timeout=30) for lab in labs]
    assert not any(codes), f"a lab failed, or broke a check: see lab.out in {tmp_path}"
