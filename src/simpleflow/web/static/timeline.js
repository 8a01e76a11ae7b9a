// The drawings: zoom of the timeline (two attributes of the inner drawings; nothing is drawn anew), rows that come when
// they are near, keys.
const box = () => document.querySelector("[data-drawing=timeline]");
// What is seen, in parts of an even width: idle time may be folded, but the address means the same time then.
let from = 0, to = 1;

// Where parts of an even width are in the drawing, and back: between two knots it is even.
function knots() {
  const text = box()?.dataset.knots;
  return text ? text.split(" ").map((pair) => pair.split(":").map((each) => Number(each) / 100)) : [[0, 0], [1, 1]];
}
function between(value, known, other) {
  const all = knots();
  let at = all.findIndex((knot) => knot[known] >= value);
  at = Math.max(1, at < 0 ? all.length - 1 : at);
  const [a, b] = [all[at - 1], all[at]];
  const wide = b[known] - a[known];
  return wide > 0 ? a[other] + ((value - a[known]) / wide) * (b[other] - a[other]) : b[other];
}
const drawn = (part) => between(part, 0, 1);
const even = (part) => between(part, 1, 0);

function show(keep = true) {
  const left = drawn(from), wide = Math.max(1e-4, drawn(to) - left);
  for (const inner of document.querySelectorAll(".plot .zoom")) {
    inner.setAttribute("x", `${(-left / wide) * 100}%`);
    inner.setAttribute("width", `${100 / wide}%`);
  }
  if (keep) history.replaceState(null, "", zoomed(new URL(location.href)));
}

function zoomed(url) {
  const isWhole = from <= 0 && to >= 1;
  for (const [name, value] of [["from", from], ["to", to]]) {
    if (isWhole) url.searchParams.delete(name); else url.searchParams.set(name, String(Number((value * 100).toFixed(7))));
  }
  return url;
}

function zoomTo(a, b) {
  const wide = Math.min(1, Math.max(1e-4, b - a));
  const left = Math.min(1 - wide, Math.max(0, a));
  [from, to] = wide >= 1 ? [0, 1] : [even(left), even(left + wide)];
  show();
}

function restore() {
  const found = box();
  if (!found) return;
  for (const buttons of document.querySelectorAll(".zooms")) buttons.hidden = false;
  if (from > 0 || to < 1) show(false);
}

const start = box();
if (start) {
  const [a, b] = [Number(start.dataset.from ?? 0) / 100, Number(start.dataset.to ?? 100) / 100];
  if (b > a) [from, to] = [a, b];
  restore();
}

function scaled(factor, at) {
  const [left, right] = [drawn(from), drawn(to)];
  const middle = at ?? (left + right) / 2;
  zoomTo(middle - (middle - left) * factor, middle + (right - middle) * factor);
}

// Links to other states of this page take the zoom along.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || !box()) return;
  const url = new URL(link.getAttribute("href"), location.href);
  if (url.origin === location.origin && url.pathname === location.pathname) link.setAttribute("href", zoomed(url));
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) ({ in: () => scaled(0.5), out: () => scaled(2), all: () => zoomTo(0, 1) })[button.dataset.zoom]();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !box() || event.target.closest("input, select, textarea, dialog")) return;
  if (localStorage.getItem("keys") === "off") return;
  if (event.key === "+" || event.key === "=") scaled(0.5);
  else if (event.key === "-") scaled(2);
  else if (event.key === "0") zoomTo(0, 1);
});

const partOf = (plot, event) => {
  const area = plot.getBoundingClientRect();
  return drawn(from) + ((event.clientX - area.left) / area.width) * (drawn(to) - drawn(from));
};
document.addEventListener("wheel", (event) => {
  const plot = event.target.closest?.(".plot");
  if (!plot) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    scaled(event.deltaY > 0 ? 1.25 : 0.8, partOf(plot, event));
  } else if (event.shiftKey) {
    event.preventDefault();
    const [left, right] = [drawn(from), drawn(to)];
    const step = ((event.deltaY || event.deltaX) / plot.clientWidth) * (right - left);
    zoomTo(left + step, right + step);
  }
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
  if (drag && Math.abs(event.clientX - drag.x) > 4) {
    const other = partOf(drag.plot, event);
    zoomTo(Math.min(drag.at, other), Math.max(drag.at, other));
  }
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
  for (const name of ["from", "to", "event", "open"]) state.delete(name);
  const answer = await fetch(`${location.pathname.replace(/\/rows$/, "")}/rows?${state}`, { headers: { "X-Fragment": "1" } }).catch(() => null);
  if (!answer?.ok) return null;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  return document.importNode(part.querySelector(".chunk"), true);
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
    if (isFar && !chunk.dataset.emptied && !chunk.querySelector("a[data-more]")) {
      chunk.dataset.emptied = String(chunk.offsetHeight);
      chunk.kept = [...chunk.childNodes];
      const hole = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      hole.setAttribute("height", chunk.dataset.emptied);
      chunk.replaceChildren(hole);
    } else if (!isFar && chunk.dataset.emptied) {
      chunk.replaceChildren(...chunk.kept);
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
  if (isGraph(drawing)) return [...drawing.querySelectorAll("a")];
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
  const drawing = drawingOf(target);
  if (!drawing || !target.matches("svg a")) return;
  last = target;
  for (const link of drawing.querySelectorAll("svg a[tabindex='0']")) link.setAttribute("tabindex", "-1");
  target.setAttribute("tabindex", "0");
});

const middle = (node, isDown) => {
  const { left, top, width, height } = node.getBoundingClientRect();
  return isDown ? [top + height / 2, left + width / 2] : [left + width / 2, top + height / 2];
};
const nearest = (links, here, isDown) => {
  const across = (link) => Math.abs(middle(link, isDown)[1] - here[1]);
  return links.sort((a, b) => across(a) - across(b))[0];
};
function alongEdges(drawing, link, key) {
  const all = stops(drawing), number = all.indexOf(link), isDown = Boolean(drawing.closest(".down"));
  const follows = (node) => (node.dataset.to ?? "").split(" ").filter(Boolean).map(Number);
  const here = middle(link, isDown);
  const [on, back, before, after] = isDown ? ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"];
  if (key === on) return nearest(follows(link).map((each) => all[each]), here, isDown);
  if (key === back) return nearest(all.filter((node) => follows(node).includes(number)), here, isDown);
  const way = key === after ? 1 : key === before ? -1 : 0;
  const far = (node) => { const [x, y] = middle(node, isDown); return [(y - here[1]) * way, Math.abs(x - here[0])]; };
  const beside = way ? all.map((node) => [node, ...far(node)]).filter(([, along]) => along > 1) : [];
  return beside.sort((a, b) => a[1] + 2 * a[2] - b[1] - 2 * b[2])[0]?.[0];
}
function alongRows(drawing, link, key) {
  const all = stops(drawing), id = link.dataset.open;
  const row = id ? all.find((each) => each.dataset.task === id) : link;
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (step) return all[all.indexOf(row) + step];
  if (key === "ArrowLeft") return drawing.querySelector(`a[data-open="${CSS.escape(row.dataset.task ?? "")}"]`);
  return key === "ArrowRight" ? row : null;
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const link = event.target.closest?.("svg a"), drawing = drawingOf(link);
  if (event.key === "Escape") {
    const card = event.target.closest?.("#s-task") && last?.isConnected ? last : drawing?.closest(".card");
    if (card && card !== last) card.setAttribute("tabindex", "-1");
    card?.focus();
    return;
  }
  if (!drawing || !/^(Arrow|Home$|End$)/.test(event.key)) return;
  event.preventDefault();
  const all = stops(drawing);
  const found = { Home: all[0], End: all.at(-1) }[event.key] ?? (isGraph(drawing) ? alongEdges : alongRows)(drawing, link, event.key);
  found?.focus();
  found?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
matchMedia("(max-width: 640px)").addEventListener("change", () => {
  for (const drawing of document.querySelectorAll("[data-drawing=timeline]")) {
    for (const link of drawing.querySelectorAll("svg a[tabindex='0']")) link.setAttribute("tabindex", "-1");
  }
  rove();
});
rove();

document.addEventListener("fresh", ({ detail: part }) => { restore(); refill(part); watch(part); rove(part); });
