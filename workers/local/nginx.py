"""Finds an nginx for the test of several web processes, and installs Debian's when it may.

`python -m workers.local.nginx` tries to see to it that there is one. It is no error when there
is not: one test is skipped then, and says so.
"""

import os
import shutil
import subprocess
from pathlib import Path

USUAL_PLACES = ("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx")
WHAT_TO_INSTALL = "nginx is not installed: apt-get install nginx-light, or set NGINX to the program's path"


def find_nginx() -> Path | None:
    """The program named by NGINX, else the first one found."""
    places = (os.environ.get("NGINX"), shutil.which("nginx"), *USUAL_PLACES)
    return next((Path(place) for place in places if place and os.access(place, os.X_OK)), None)


def main() -> None:
    """Installs one where there is none and that is allowed; a service of the system is not started."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") and Path("/etc/debian_version").exists()
    if find_nginx() is None and may_install:
        print(
            "Installing nginx for the test of several web processes (apt-get install nginx-light) ...",
            flush=True,
        )
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx-light"]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if find_nginx() is None:
        print(f"{WHAT_TO_INSTALL}; the test of several web processes is skipped", flush=True)


if __name__ == "__main__":
    main()
