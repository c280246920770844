#!/usr/bin/env python3
"""Records what the real bash (5.2, GNU coreutils, mawk) does with the scripts of the text files here, and writes it
beside them.

A case is a line `# name`, the script in lines `$ …`, its output (both outputs together) in lines `| …` (`/ …` for a
last line without newline), and its status as `= N`. Run it in this folder, with the files to record as arguments; only scripts and names are read.
"""
import re
import subprocess
import sys
import tempfile

for path in sys.argv[1:] or ["cases.txt", "programs.txt", "as_typed.txt"]:
    names, scripts = [], []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("# "):
            names.append(line[2:])
            scripts.append([])
        elif line == "$" or line.startswith("$ "):
            scripts[-1].append(line[2:])

    with open(path, "w", encoding="utf-8") as out:
        for name, script in zip(names, scripts):
            with tempfile.TemporaryDirectory() as folder:
                environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root", "LC_ALL": "C", "TZ": "UTC", "USER": "root"}
                done = subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, env=environment, timeout=20,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            text = done.stdout.decode("utf-8", "replace").replace(folder, "/tmp/work")
            print(f"# {name}", file=out)
            for line in script:
                print(f"$ {line}".rstrip() if not line else f"$ {line}", file=out)
            for line in re.findall(r"[^\n]*\n|[^\n]+", text):
                print(f"| {line[:-1]}" if line.endswith("\n") else f"/ {line}", file=out)
            print(f"= {done.returncode}\n", file=out)
