// Theme, time zone, copying, chosen rows, saved views, keys. The pages work without it.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (name, given) => Object.assign(document.createElement(name), given);
const kept = { get(key) { try { return localStorage.getItem(key); } catch { return null; } },
               set(key, value) { try { localStorage.setItem(key, value); } catch {} } };

// Theme: a cookie, so that the server knows it and nothing flashes.
const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};
$("[data-theme-switch]")?.addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  document.cookie = `simpleflow-theme=${theme}; Path=/; Max-Age=31536000; SameSite=Strict`;
});

// Times: UTC as they were sent, or local.
const absolute = (date, local) => {
  const about = { dateStyle: "medium", timeStyle: "medium", ...(local ? {} : { timeZone: "UTC" }) };
  return date.toLocaleString("en-GB", about).replace("Sept", "Sep") + (local ? "" : " UTC");
};
function showTimes(root = document) {
  const local = kept.get("zone") === "local";
  for (const time of $$("time[datetime]", root)) {
    const text = absolute(new Date(time.dateTime), local);
    if (time.dataset.rel) time.title = text; else time.textContent = text;
  }
}
const zone = $("[data-zone]");
if (zone) {
  zone.closest("[hidden]").hidden = false;
  zone.value = kept.get("zone") === "local" ? "local" : "utc";
  if (zone.value === "local") showTimes();
  zone.addEventListener("change", () => { kept.set("zone", zone.value); showTimes(); });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await navigator.clipboard?.writeText(button.dataset.copy);
    const before = button.title;
    button.title = "Copied";
    setTimeout(() => { button.title = before; }, 1500);
    return;
  }
  const more = event.target.closest("a[data-append]");
  if (more && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    await append(more);
  }
});

const bodyOf = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html").body;

// More rows of a table, below those that are there.
async function append(link) {
  const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
  if (!answer.ok) { location.href = link.href; return; }
  const part = await bodyOf(answer);
  const place = link.closest(".more-rows");
  const body = place.previousElementSibling.querySelector("tbody");
  const rows = $$("tbody tr", part);
  body.append(...rows);
  rows.forEach((row) => showTimes(row));
  const next = $(".more-rows", part);
  place.replaceWith(next ?? "");
  rows[0]?.querySelector("a")?.focus();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.closest(".bulk-form")) choose(event.target);
});

// Rows that are chosen.
const bulk = $(".bulk-form");
function choose(box) {
  const rows = $$('input[name="run"]', bulk);
  if (box?.dataset.all) rows.forEach((row) => { row.checked = box.checked; });
  const chosen = rows.filter((row) => row.checked).length;
  const everything = $('input[name="everything"]', bulk)?.checked;
  bulk.classList.toggle("is-quiet", !chosen && !everything);
  $("[data-chosen]", bulk).textContent = everything ? "With all that match:" : `With ${chosen} chosen:`;
}
if (bulk) {
  $("[data-all]", bulk).hidden = false;
  choose();
}

// Counts that would have kept the page waiting; the tabs work without numbers.
const tabs = $("[data-counts]");
if (tabs) {
  fetch(tabs.dataset.counts, { headers: { Accept: "application/json" } }).then(async (answer) => {
    if (!answer.ok) return;
    for (const [name, text] of Object.entries(await answer.json())) {
      const place = $(`[data-count="${name}"]`, tabs);
      if (place) place.textContent = text;
    }
  }).catch(() => {});
}

// Views: an address with a name.
const views = $("[data-views]");
if (views) {
  const key = `views ${views.dataset.views}`;
  const read = () => { try { return JSON.parse(kept.get(key) ?? "[]"); } catch { return []; } };
  const show = () => views.replaceChildren(...read().map(({ name, query }) => {
    const link = make("a", { className: "chip", href: `./${query}`, textContent: name, title: "Shift-click forgets it" });
    link.addEventListener("click", (event) => {
      if (!event.shiftKey) return;
      event.preventDefault();
      kept.set(key, JSON.stringify(read().filter((view) => view.name !== name)));
      show();
    });
    return link;
  }));
  const save = $("[data-save-view]");
  save.hidden = !location.search;
  save.addEventListener("click", () => {
    const name = prompt("Name of this view");
    if (!name) return;
    kept.set(key, JSON.stringify([...read().filter((view) => view.name !== name), { name, query: location.search }]));
    show();
  });
  show();
}

// A stretch of the histogram narrows the list: by dragging, or with arrows and Enter.
const chart = $("[data-chart] svg");
if (chart) {
  const box = chart.closest("[data-chart]");
  const from = Number(box.dataset.since), until = Number(box.dataset.until);
  let start = null, range = [0, 1], brush = null;
  const part = (event) => {
    const area = chart.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - area.left) / area.width));
  };
  const draw = () => {
    if (!brush) { brush = document.createElementNS("http://www.w3.org/2000/svg", "rect"); brush.setAttribute("class", "brush"); chart.append(brush); }
    brush.setAttribute("x", `${range[0] * 100}%`);
    brush.setAttribute("width", `${(range[1] - range[0]) * 100}%`);
    brush.setAttribute("height", "100%");
  };
  const go = () => {
    const url = new URL(box.dataset.chart, location.href);
    const text = (at) => new Date((from + at * (until - from)) * 1000).toISOString().slice(0, 19) + "Z";
    url.searchParams.set("since", text(range[0]));
    url.searchParams.set("until", text(range[1]));
    location.href = url;
  };
  chart.addEventListener("pointerdown", (event) => { start = part(event); chart.setPointerCapture(event.pointerId); });
  chart.addEventListener("pointermove", (event) => {
    if (start === null) return;
    range = [Math.min(start, part(event)), Math.max(start, part(event))];
    draw();
  });
  chart.addEventListener("pointerup", () => {
    const wide = start !== null && range[1] - range[0] > 0.005 && brush;
    start = null;
    if (wide) go();
  });
  chart.tabIndex = 0;
  chart.addEventListener("keydown", (event) => {
    const step = 1 / 72, [a, b] = range;
    const moves = { ArrowRight: [a + step, b], ArrowLeft: [a, b - step], ArrowUp: [a, b + step], ArrowDown: [a - step, b] };
    if (event.key === "Enter" && brush) { go(); return; }
    if (!moves[event.key]) return;
    event.preventDefault();
    const [left, right] = moves[event.key].map((at) => Math.min(1, Math.max(0, at)));
    if (right - left >= step / 2) range = [left, right];
    draw();
  });
}

// Keys. Not in fields; off when the reader says so.
const rows = () => $$(".executions tbody tr, .events tbody tr").filter((row) => row.offsetParent);
const linkOf = (row) => $("td.mono a, .c-id a", row) ?? $("a", row);
function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const row = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  if (row) { linkOf(row)?.focus(); row.scrollIntoView({ block: "nearest" }); }
}
function jump(id) {
  const part = document.getElementById(id);
  if (!part) return;
  part.scrollIntoView({ block: "start" });
  // What is not shown takes no focus.
  [$("a", part), ...$$("svg a[tabindex='0']", part)].forEach((link) => link?.focus({ preventScroll: true }));
}
const next = (selector) => {
  const all = $$(selector).map((found) => found.closest("a")).filter((link) => link?.checkVisibility?.() ?? link);
  if (!all.length) return;
  const link = all[(all.indexOf(document.activeElement) + 1) % all.length];
  link.focus();
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
};
const keys = {
  "/": ["search", () => $('[data-key="/"]')?.focus()],
  j: ["next row", () => move(1)],
  k: ["previous row", () => move(-1)],
  x: ["choose the row", () => document.activeElement.closest("tr")?.querySelector('input[name="run"]')?.click()],
  t: ["timeline", () => jump("s-timeline")],
  d: ["dataflow", () => jump("s-graph")],
  e: ["events", () => jump("s-events")],
  f: ["next failure", () => next(".fit .is-failed, .fit .is-timed_out")],
  c: ["next on the critical path", () => next(".fit .node.crit")],
  "[": ["previous run", () => $('[data-run="prev"]')?.click()],
  "]": ["next run", () => $('[data-run="next"]')?.click()],
  y: ["copy the address", () => navigator.clipboard?.writeText(location.href)],
  "?": ["this help", () => help()],
};
let isG = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || kept.get("keys") === "off") return;
  if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
  if (isG && event.key === "l") { isG = false; $(".top nav a")?.click(); return; }
  isG = event.key === "g";
  if (keys[event.key]) { event.preventDefault(); keys[event.key][1](); }
});
const button = $("[data-help]");
if (button) { button.hidden = false; button.addEventListener("click", () => help()); }
function help() {
  const dialog = make("dialog", { className: "help" });
  const list = make("dl");
  const told = [...Object.entries(keys).map(([key, [words]]) => [key, words]), ["g l", "the list"], ["Enter", "open"], ["arrows", "move in a drawing"], ["Escape", "back"], ["+ − 0", "zoom"]];
  for (const [key, words] of told) {
    const name = make("dt");
    name.append(make("kbd", { textContent: key }));
    list.append(name, make("dd", { textContent: words }));
  }
  const isOff = kept.get("keys") === "off";
  const off = make("button", { className: "btn", textContent: isOff ? "Turn keys on" : "Turn keys off" });
  off.addEventListener("click", () => { kept.set("keys", isOff ? "on" : "off"); dialog.close(); });
  const close = make("button", { className: "btn", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  const line = make("p", { className: "actions" });
  line.append(off, close);
  dialog.append(make("h2", { textContent: "Keys" }), list, line);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// A task is shown beside the drawings without a new page.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-task], .graph a, .plot a");
  const place = document.getElementById("s-task");
  if (!link || !place || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const url = new URL(link.getAttribute("href"), location.href);
  const task = url.searchParams.get("task");
  if (!task) return;
  event.preventDefault();
  const answer = await fetch(`${url.pathname}/task/${encodeURIComponent(task.replace(/^:*\.\.?$/, ":$&"))}${url.search}`, { headers: { "X-Fragment": "1" } });
  if (!answer.ok) { location.href = url; return; }
  const part = await bodyOf(answer);
  adopt(part);
  const card = $("#s-task", part), isInside = place.contains(document.activeElement);
  place.replaceWith(card);
  if (isInside) card.focus({ preventScroll: true });
  history.replaceState(null, "", url.pathname + url.search);
  document.dispatchEvent(new Event("chosen"));
  $$(".graph a, .labels a").forEach((each) => ($(".node", each) ?? each).classList.toggle("is-selected", (each.dataset.node ?? each.dataset.task) === task));
  if (innerWidth <= 1080 && link.hash) document.getElementById("s-task").scrollIntoView();
});

// Parts that have come later, with the icons that they need.
function adopt(part) {
  for (const icon of $$("symbol", part)) if (!document.getElementById(icon.id)) $("svg.hide").append(icon);
}
document.addEventListener("arrived", ({ detail: part }) => adopt(part));
document.addEventListener("fresh", ({ detail: part }) => showTimes(part));

// Forms open in a dialog; who opens none does not load it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  const module = document.body.dataset.dialogs;
  if (!link || !module || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const found = await import(module).catch(() => null);
  if (found) await found.open(link.href); else location.href = link.href;
});
