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
  if ("unsaved" in form.dataset) unsaved = true;
}
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

function place(change) {
  const box = document.getElementById("changes");
  const start = Date.parse(box.dataset.start);
  const bar = change.querySelector(".bar-of");
  const from = Date.parse(change.querySelector("[data-from]").value);
  const to = Date.parse(change.querySelector("[data-to]").value);
  if (!bar || Number.isNaN(start) || Number.isNaN(from)) return;
  const whole = Number(box.dataset.months) * 30.44 * 86400000;
  const at = (moment) => Math.min(100, Math.max(0, (100 * (moment - start)) / whole));
  bar.style.left = `${at(from)}%`;
  bar.style.width = `${Math.max(0.7, (Number.isNaN(to) ? 100 : at(to)) - at(from))}%`;
}

function timeline(form) {
  form.addEventListener("input", (event) => {
    const change = event.target.closest(".change");
    if (change) place(change);
  });
  form.addEventListener("click", (event) => {
    if (!event.target.matches("[data-remove]")) return;
    const change = event.target.closest(".change");
    const before = change.nextSibling;
    const box = change.parentNode;
    change.remove();
    unsaved = true;
    offer(event.target.dataset.removed, () => { box.insertBefore(change, before); place(change); });
  });
  form.querySelectorAll(".change").forEach(place);
}

function offer(words, undo) {
  const toast = document.getElementById("toast");
  const box = document.createElement("div");
  const said = document.createElement("span");
  const button = document.createElement("button");
  said.textContent = words;
  button.textContent = document.body.dataset.undo;
  button.addEventListener("click", () => { undo(); box.remove(); });
  box.append(said, button);
  toast.replaceChildren(box);
  setTimeout(() => box.remove(), 15000);
}

function atMost(form) {
  const most = Number(form.dataset.most);
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  form.addEventListener("change", () => {
    const full = boxes.filter((box) => box.checked).length >= most;
    boxes.forEach((box) => { box.disabled = full && !box.checked; });
  });
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "changes") return;
  unsaved = true;
  event.target.querySelectorAll(".change").forEach(place);
  event.target.lastElementChild.querySelector("select, input:not([type=hidden])").focus();
});
document.addEventListener("htmx:responseError", (event) => {
  const toast = document.getElementById("toast");
  const box = document.createElement("div");
  box.textContent = document.body.dataset.failed;
  toast.replaceChildren(box);
});

function back(button) {
  if (history.length < 2) return;
  button.hidden = false;
  button.addEventListener("click", () => history.back());
}

function prepare(root) {
  root.querySelectorAll("[data-back]").forEach(back);
  root.querySelectorAll("#scenario").forEach(timeline);
  root.querySelectorAll("form[data-most]").forEach(atMost);
  root.querySelectorAll("[data-flows]").forEach(slider);
  root.querySelectorAll("form[data-guard]").forEach(guard);
}
document.addEventListener("DOMContentLoaded", () => prepare(document));
