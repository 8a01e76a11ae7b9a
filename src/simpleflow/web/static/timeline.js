// The drawings: zoom of the timeline (two attributes of the inner drawings; nothing is drawn anew), rows that come when
// they are near, keys.
const box = () => document.querySelector("[data-drawing=timeline]");
// What is seen, in percent of an even width: idle time may be folded, but the address means the same time then.
let from = 0, to = 100;

// Where something is in the drawing, and back: between two knots it is even.
function between(value, known, other) {
  const all = box().dataset.knots.split(" ").map((pair) => pair.split(":").map(Number));
  const at = all.findIndex((knot, number) => number && (knot[known] >= value || !all[number + 1]));
  const [a, b] = [all[at - 1], all[at]];
  return a[other] + (((value - a[known]) / (b[known] - a[known])) || 0) * (b[other] - a[other]);
}
const seen = () => [from, to].map((part) => between(part, 0, 1));

function show(keep = true) {
  const [left, right] = seen();
  for (const inner of document.querySelectorAll(".plot .zoom")) {
    inner.setAttribute("x", `${(-left / (right - left)) * 100}%`);
    inner.setAttribute("width", `${10000 / (right - left)}%`);
  }
  if (keep) history.replaceState(null, "", zoomed(new URL(location.href)));
}

function zoomed(url) {
  const isWhole = from <= 0 && to >= 100;
  for (const [name, value] of [["from", from], ["to", to]]) {
    if (isWhole) url.searchParams.delete(name); else url.searchParams.set(name, Number(value.toFixed(7)));
  }
  return url;
}

function zoomTo(a, b) {
  const wide = Math.min(100, Math.max(0.01, b - a));
  const left = Math.min(100 - wide, Math.max(0, a));
  [from, to] = [left, left + wide].map((part) => between(part, 1, 0));
  show();
}
function scaled(factor, at) {
  const [left, right] = seen(), middle = at ?? (left + right) / 2;
  zoomTo(middle - (middle - left) * factor, middle + (right - middle) * factor);
}

function restore() {
  if (!box()) return;
  for (const buttons of document.querySelectorAll(".zooms")) buttons.hidden = false;
  if (from > 0 || to < 100) show(false);
}

// What the address says counts for the first drawing: that of a long history comes later than the page.
let isBegun = false;
function begin() {
  const start = box();
  if (!start || isBegun) return;
  isBegun = true;
  const [a, b] = [Number(start.dataset.from ?? 0), Number(start.dataset.to ?? 100)];
  if (b > a) [from, to] = [a, b];
  const [left, right] = seen();
  // It is folded: nothing would be seen.
  if (right - left < (to - from) / 2) [from, to] = [0, 100];
  restore();
}
begin();

const addressOf = (link) => new URL(link.getAttribute("href"), location.href);
const now = (name) => new URLSearchParams(location.search).get(name);
// Links to other states of this page, and its form, take along the zoom and the task that was chosen.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]"), url = link && addressOf(link);
  if (!box() || url?.origin !== location.origin || url.pathname !== location.pathname) return;
  if (now("task") && !link.matches("[data-task], .graph a, .plot a")) url.searchParams.set("task", now("task"));
  link.setAttribute("href", zoomed(url));
}, true);
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.matches(".event-filters")) for (const name of ["task", "from", "to"]) now(name) ? formData.set(name, now(name)) : formData.delete(name);
});

const zooms = { in: () => scaled(0.5), out: () => scaled(2), all: () => zoomTo(0, 100) };
document.addEventListener("click", (event) => zooms[event.target.closest("[data-zoom]")?.dataset.zoom]?.());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !box() || event.target.closest("input, select, textarea, dialog")) return;
  if (localStorage.getItem("keys") !== "off") zooms[{ "+": "in", "=": "in", "-": "out", 0: "all" }[event.key]]?.();
});

const partOf = (plot, event) => {
  const area = plot.getBoundingClientRect(), [left, right] = seen();
  return left + ((event.clientX - area.left) / area.width) * (right - left);
};
document.addEventListener("wheel", (event) => {
  const plot = event.target.closest?.(".plot"), isZoom = event.ctrlKey || event.metaKey;
  if (!plot || !(isZoom || event.shiftKey)) return;
  event.preventDefault();
  if (isZoom) { scaled(event.deltaY > 0 ? 1.25 : 0.8, partOf(plot, event)); return; }
  const [left, right] = seen(), step = ((event.deltaY || event.deltaX) / plot.clientWidth) * (right - left);
  zoomTo(left + step, right + step);
}, { passive: false });

// Dragging along the axis chooses a stretch.
let drag = null;
document.addEventListener("pointerdown", (event) => {
  const plot = event.target.closest?.(".band:first-child .plot");
  if (!plot || event.button || event.clientY - plot.getBoundingClientRect().top > 32) return;
  drag = { plot, at: partOf(plot, event), x: event.clientX };
  plot.setPointerCapture(event.pointerId);
});
document.addEventListener("pointerup", (event) => {
  if (drag && Math.abs(event.clientX - drag.x) > 4) zoomTo(...[drag.at, partOf(drag.plot, event)].sort((a, b) => a - b));
  drag = null;
});

// Many rows: more of them come as they come near the screen; those far away are emptied.
const SCREENS = 5, MOST = 10;
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) (target.matches("a") ? more : renew)(target);
}, { rootMargin: "600px" });
async function rows(beside, at) {
  const state = new URLSearchParams(location.search);
  state.set("group", beside.matches(".whole") ? "" : state.get("open") ?? state.get("group") ?? "");
  state.set("at", at);
  const answer = await fetch(`${location.pathname.replace(/\/rows$/, "")}/rows?${state}`, { headers: { "X-Fragment": "1" } }).catch(() => null);
  if (!answer?.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".chunk");
}
async function more(link) {
  near.unobserve(link);
  const place = link.closest(".chunk");
  const chunk = await rows(place, link.dataset.more);
  if (!chunk || !place.isConnected) return;
  link.closest(".chunk-words").remove();
  put(chunk, () => place.after(chunk));
}
function put(chunk, where) {
  where();
  show(false);
  watch(chunk);
  rove(chunk);
  tidy();
  later = [...document.querySelectorAll(".chunk ~ .chunk")];
}
function watch(root = document) {
  for (const link of root.querySelectorAll("a[data-more]")) near.observe(link);
}
// News replace the first chunk: the others stay as they are until they are near the screen.
let later = [];
function refill(part) {
  const link = part.querySelector("a[data-more]");
  const still = link ? later.filter((chunk) => Number(chunk.dataset.at) >= Number(link.dataset.more)) : [];
  if (!still.length) return;
  link.closest(".chunk").after(...still);
  link.closest(".chunk-words").remove();
  still.forEach((chunk) => near.observe(chunk));
}
async function renew(old) {
  near.unobserve(old);
  const chunk = await rows(old, old.dataset.at);
  if (!chunk || !old.isConnected) return;
  if (old.nextElementSibling?.matches(".chunk")) chunk.querySelector(".chunk-words").remove();
  put(chunk, () => old.replaceWith(chunk));
}
function tidy() {
  const chunks = [...document.querySelectorAll(".chunk")];
  if (chunks.length <= MOST) return;
  for (const chunk of chunks) {
    const { top, bottom } = chunk.getBoundingClientRect();
    const isFar = bottom < -SCREENS * innerHeight || top > (SCREENS + 1) * innerHeight;
    if (isFar && !chunk.kept && !chunk.querySelector("a[data-more]")) {
      chunk.dataset.emptied = "";
      chunk.style.height = `${chunk.offsetHeight}px`;
      chunk.kept = [...chunk.childNodes];
      chunk.replaceChildren();
    } else if (!isFar && chunk.kept) {
      chunk.replaceChildren(...chunk.kept);
      chunk.style.height = "";
      chunk.kept = null;
      delete chunk.dataset.emptied;
      show(false);
    }
  }
}
addEventListener("scroll", () => requestAnimationFrame(tidy), { passive: true });
watch();

// Each drawing is one stop of the Tab key. Arrows move in it: in the graph along edges, in the timeline from row to row.
const DRAWING = "svg.graph, [data-drawing=timeline]";
const drawingOf = (node) => node?.closest?.(DRAWING);
const isGraph = (drawing) => drawing.matches("svg.graph");
function stops(drawing) {
  if (isGraph(drawing)) return [...drawing.querySelectorAll("a[data-node]")];
  const labels = [...drawing.querySelectorAll(".labels a[data-task]")];
  return labels[0]?.checkVisibility() ? labels : [...drawing.querySelectorAll(".plot .zoom > a")];
}
function rove(root = document) {
  const around = drawingOf(root);
  for (const drawing of around ? [around] : root.querySelectorAll(DRAWING)) {
    for (const link of (around ? root : drawing).querySelectorAll("svg a")) link.setAttribute("tabindex", "-1");
    if (drawing.querySelector("svg a[tabindex='0']")) continue;
    const all = stops(drawing);
    (all.find((link) => link.querySelector(".is-selected")) ?? all[0])?.setAttribute("tabindex", "0");
  }
}
let last = null;
document.addEventListener("focusin", ({ target }) => {
  mark(target);
  const drawing = drawingOf(target);
  if (!drawing || !target.matches("svg a")) return;
  last = target;
  for (const link of drawing.querySelectorAll("svg a[tabindex='0']")) link.setAttribute("tabindex", "-1");
  target.setAttribute("tabindex", "0");
});
document.addEventListener("pointerover", ({ target }) => mark(target));

// What is pointed at, or has the focus, is marked in the other drawings too.
function mark(target) {
  const link = target.closest?.("a[href*='task=']");
  const id = link && addressOf(link).searchParams.get("task"), same = `="${CSS.escape(id)}"]`;
  for (const near of document.querySelectorAll(`.is-near, svg a[data-node${same}, svg a[data-task${same}`)) {
    near.classList.toggle("is-near", near.dataset.node === id || near.dataset.task === id);
  }
}

function alongEdges(drawing, link, key) {
  const all = stops(drawing), isDown = drawing.closest(".down");
  const follows = (node) => (node.dataset.to ?? "").split(" ").filter(Boolean).map((number) => all[number]);
  // Where a node is along the edges, and across.
  const place = (node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    return isDown ? [y, x] : [x, y];
  };
  const here = place(link);
  const nearest = (links, far) => links.map((node) => [far(place(node)), node]).sort((a, b) => a[0] - b[0])[0]?.[1];
  const across = ([, y]) => Math.abs(y - here[1]);
  const [on, back, before, after] = (isDown ? "Down Up Left Right" : "Right Left Up Down").split(" ").map((each) => `Arrow${each}`);
  if (key === on) return nearest(follows(link), across);
  if (key === back) return nearest(all.filter((node) => follows(node).includes(link)), across);
  const way = { [after]: 1, [before]: -1 }[key];
  return nearest(all.filter((node) => (place(node)[1] - here[1]) * way > 1), ([x, y]) => Math.abs(y - here[1]) + 2 * Math.abs(x - here[0]));
}
function alongRows(drawing, link, key) {
  const all = stops(drawing), taskOf = (each) => each.dataset.open ?? addressOf(each).searchParams.get("task");
  const row = all.includes(link) ? link : all.find((each) => taskOf(each) === taskOf(link));
  if (key === "ArrowRight") return row;
  if (key === "ArrowLeft") return drawing.querySelector(`a[data-open="${CSS.escape(row.dataset.task)}"]`);
  return all[all.indexOf(row) + { ArrowDown: 1, ArrowUp: -1 }[key]];
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const link = event.target.closest?.("svg a"), drawing = drawingOf(link);
  if (event.key === "Escape") {
    if (event.target.closest?.("#s-task")) last?.focus();
    drawing?.closest(".card").focus();
    return;
  }
  if (!drawing || !/^(Arrow|Home$|End$)/.test(event.key)) return;
  event.preventDefault();
  const all = stops(drawing);
  const found = { Home: all[0], End: all.at(-1) }[event.key] ?? (isGraph(drawing) ? alongEdges : alongRows)(drawing, link, event.key);
  found?.focus();
  found?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
rove();

document.addEventListener("fresh", ({ detail: part }) => { begin(); restore(); refill(part); watch(part); rove(part); });
