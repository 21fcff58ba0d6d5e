"""The page in a real browser, 375 pixels wide: nothing sticks out."""

from __future__ import annotations

import html
import re
import shutil
import subprocess

import pytest
from report_fixture import build

from isthmus.report import RunView, render

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PROBE = """<!doctype html><iframe id="page" style="width:375px;height:40000px;border:0" srcdoc="{page}"></iframe>
<pre id="out">not measured</pre><script>
document.getElementById("page").addEventListener("load", (event) => {{
  const inner = event.target.contentDocument;
  const out = [inner.documentElement.scrollWidth];
  for (const e of inner.body.querySelectorAll("*"))
    if (!e.closest(".scroll table") && !e.closest("svg g") && e.getBoundingClientRect().right > 375.5)
      out.push(e.tagName + "." + e.getAttribute("class"));
  document.getElementById("out").textContent = "measured " + out.join(" ");
}});
</script>"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine to lay the page out")
def test_nothing_sticks_out_on_a_phone(tmp_path):
    page = render(RunView.load(build(tmp_path / "run", converged=False)))
    probe = tmp_path / "probe.html"
    probe.write_text(PROBE.format(page=html.escape(page, quote=True)), encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", "--virtual-time-budget=5000"]
    done = subprocess.run([*command, probe.as_uri()], capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r'<pre id="out">([^<]*)</pre>', done.stdout)
    if found is None:
        pytest.skip(f"Chromium did not start: {done.stderr[-200:]}")
    assert found[1] == "measured 375"
