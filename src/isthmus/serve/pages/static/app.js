// What a page cannot do by itself: the map's slider, the guard of unsaved changes, undo.
"use strict";

function slider(box) {
  const flows = JSON.parse(document.getElementById(box.dataset.flows).textContent);
  const range = box.querySelector("input[type=range]");
  const said = box.querySelector("output");
  const play = box.querySelector("[data-play]");
  const paths = [...document.querySelectorAll("path[data-leg]")];
  const before = paths.map((path) => [path.getAttribute("stroke-width"), path.querySelector("title").textContent]);
  const whole = said.textContent;
  let timer = 0;

  function show(index) {
    const month = flows.months[index];
    for (const path of paths) {
      const leg = flows.legs[path.dataset.leg];
      if (!leg) continue;
      path.setAttribute("stroke-width", leg.widths[index]);
      path.querySelector("title").textContent = `${leg.name}: ${leg.words[index]}`;
    }
    for (const cell of document.querySelectorAll("[data-leg-words]")) {
      cell.textContent = flows.legs[cell.dataset.legWords].words[index];
    }
    said.textContent = `${month.name} (${month.ahead ? said.dataset.ahead : said.dataset.fitted})`;
    range.setAttribute("aria-valuetext", said.textContent);
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = play.dataset.wordsPlay;
    play.setAttribute("aria-pressed", "false");
  }
  function start() {
    if (Number(range.value) >= Number(range.max)) range.value = 0;
    play.textContent = play.dataset.wordsStop;
    play.setAttribute("aria-pressed", "true");
    show(Number(range.value));
    timer = setInterval(() => {
      if (Number(range.value) >= Number(range.max)) return stop();
      range.value = Number(range.value) + 1;
      show(Number(range.value));
    }, 500);
  }
  range.addEventListener("input", () => { stop(); show(Number(range.value)); });
  play.addEventListener("click", () => (timer ? stop() : start()));
  box.querySelector("[data-year]").addEventListener("click", () => {
    stop();
    paths.forEach((path, k) => {
      path.setAttribute("stroke-width", before[k][0]);
      path.querySelector("title").textContent = before[k][1];
    });
    said.textContent = whole;
  });
  box.hidden = false;
}

let unsaved = false;
function guard(form) {
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
}
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

function prepare(root) {
  root.querySelectorAll("[data-flows]").forEach(slider);
  root.querySelectorAll("form[data-guard]").forEach(guard);
}
document.addEventListener("DOMContentLoaded", () => prepare(document));
