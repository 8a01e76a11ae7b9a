// What an open execution does next: sections are replaced as there is news. Asked for in proportion to what it costs.
const LEAST = 1000, BACK_OFF = 30000, PATIENCE = 30 * 60 * 1000, SHARE = 20;
const dot = () => document.querySelector(".live[data-live]");
const LATE = "not answering; trying again";
const MOST = Number(dot()?.dataset.most ?? 5000);
const waiting = new Map();
// The sections of a history that is being read: each is asked for alone, when all is there. First what is a sketch.
const hollow = () => [...document.querySelectorAll("[data-hollow]")].map((each) => each.dataset.section);
const queue = hollow().length ? ["title,say", ...hollow()] : [];
const gone = document.querySelector("[data-gone]");
const tab = Math.random().toString(36).slice(2);
let last = Number(dot()?.dataset.live ?? 0), wait = LEAST, timer = null, busy = false, over = false, acted = Date.now(), state = "";
// Questions without an answer, before the one on its way.
let seen = Number(document.querySelector("[data-now]")?.dataset.now ?? 0), missed = -1;

const speaker = document.createElement("div");
speaker.className = "speaker";
speaker.ariaLive = "polite";

function mark(name, words) {
  state = name;
  const found = dot();
  if (!found) return;
  found.className = `live ${name}`;
  found.lastElementChild.replaceChildren(words);
  if (name !== "is-paused") return;
  const again = document.createElement("button");
  again.className = "plain-btn go-on";
  again.type = "button";
  again.textContent = "go on";
  again.addEventListener("click", () => { acted = Date.now(); ask(); });
  found.lastElementChild.append(" · ", again);
}

// A section in which somebody is with the keyboard, or selects text, waits; who has pressed a link with a mouse is not.
const isInUse = (section) => {
  const chosen = getSelection();
  const isSelected = chosen && !chosen.isCollapsed && chosen.rangeCount && chosen.getRangeAt(0).intersectsNode(section);
  return isSelected || section.querySelector(":focus-visible, select:focus");
};

function put(name, text) {
  const old = document.getElementById(`s-${name}`);
  if (!old) return;
  if (isInUse(old)) { waiting.set(name, text); return; }
  waiting.delete(name);
  const part = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
  const opened = [...old.querySelectorAll("details")].map((each) => each.open);
  const places = [...old.querySelectorAll("[data-drawing], .table, pre")].map((each) => [each.scrollLeft, each.scrollTop]);
  const hasFocus = old === document.activeElement;
  old.replaceWith(part);
  if (hasFocus) part.focus({ preventScroll: true });
  part.querySelectorAll("details").forEach((each, at) => { if (opened[at]) each.open = true; });
  part.querySelectorAll("[data-drawing], .table, pre").forEach((each, at) => {
    if (places[at]) [each.scrollLeft, each.scrollTop] = places[at];
  });
  document.dispatchEvent(new CustomEvent("fresh", { detail: part }));
  if (name === "title" && state) mark(state, state === "is-late" ? LATE : "live");
}
// What waits tells of the task that was shown before: all is asked for anew.
document.addEventListener("chosen", () => { waiting.clear(); last = 0; });
const settle = () => setTimeout(() => { for (const [name, text] of [...waiting]) put(name, text); });
document.addEventListener("focusout", settle);
document.addEventListener("selectionchange", () => { if (waiting.size && getSelection().isCollapsed) settle(); });

function again(ms) {
  clearTimeout(timer);
  timer = over || document.hidden ? null : setTimeout(ask, ms);
}

async function ask() {
  if (busy || over || document.hidden) return;
  if (isUnwatched()) { mark("is-paused", "paused"); return; }
  busy = true;
  const url = new URL(location.href);
  url.pathname = `${url.pathname}/sections`;
  url.searchParams.set("after", queue.length ? 0 : last);
  url.searchParams.set("seen", seen);
  url.searchParams.set("tab", tab);
  if (queue.length) url.searchParams.set("names", queue[0]);
  url.hash = "";
  missed += 1;
  const before = location.search;
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(BACK_OFF) });
    missed = -1;
    gone.hidden = true;
    if (answer.status === 404) { over = true; late("no longer there"); return; }
    // The process of the pages answers, and says why it cannot tell more.
    if (!answer.ok) {
      const { kind, advice } = await answer.json().catch(() => ({}));
      late(advice ?? LATE, kind === "throttled" ? 3000 : undefined);
      return;
    }
    const took = Number(/dur=([\d.]+)/.exec(answer.headers.get("Server-Timing") ?? "")?.[1] ?? 0);
    const least = Math.max(LEAST, SHARE * took);
    // It tells of another task.
    if (before !== location.search) return;
    if (answer.status === 202) {
      wait = LEAST;
      say((await answer.json()).told);
    } else if (answer.status === 204) {
      wait = Math.max(least, Math.min(MOST, wait * 1.5));
    } else {
      wait = queue.length > 1 ? 0 : least;
      take(await answer.json());
    }
    if (!over && state !== "is-live") mark("is-live", "live");
  } catch (error) {
    if (isUnwatched()) { mark("is-paused", "paused"); return; }
    // Nobody listens there any more.
    if (error instanceof TypeError && missed > 0) gone.hidden = false;
    late(LATE);
  } finally {
    busy = false;
    again(wait);
  }
}

function take(news) {
  seen = news.seen;
  for (const [name, text] of Object.entries(news.sections)) put(name, text);
  if (queue.length) {
    if (queue[0] === "title,say") { last = news.last; document.querySelector("[data-sketch]")?.remove(); }
    queue.shift();
    if (queue.length) return;
  } else {
    last = news.last;
  }
  over = news.state !== "running" && last >= news.last;
  if (over) state = "";
  document.title = `${news.told} · simpleflow`;
  if (over) speaker.textContent = news.told;
}

const say = (words) => document.querySelectorAll("[data-hollow] [data-read]").forEach((each) => each.replaceChildren(words));
function late(words, least = Math.min(BACK_OFF, Math.max(wait, LEAST) * 2)) {
  mark("is-late", words);
  say(words);
  wait = least;
}
const isUnwatched = () => Date.now() - acted > PATIENCE;

if (dot() || queue.length) {
  document.body.append(speaker);
  mark("is-live", "live");
  for (const name of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(name, () => {
      const slept = isUnwatched();
      acted = Date.now();
      if (slept) ask();
    }, { passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { again(0); return; }
    acted = Date.now();
    wait = LEAST;
    ask();
  });
  addEventListener("online", ask);
  again(queue.length ? 0 : LEAST);
  // Nothing else counts on by itself.
  setInterval(() => {
    const place = document.querySelector("[data-now]");
    if (place && !document.hidden) place.textContent = lasting(Date.now() / 1000 - Number(place.dataset.since) + skew);
  }, 1000);
}

// As the server writes it; its clock counts.
const skew = Number(document.querySelector("[data-now]")?.dataset.now ?? Date.now() / 1000) - Date.now() / 1000;
function lasting(seconds) {
  const all = Math.max(0, Math.floor(seconds)), two = (number) => String(number).padStart(2, "0");
  for (const [size, unit, part, smaller] of [[86400, "d", 3600, "h"], [3600, "h", 60, "m"], [60, "m", 1, "s"]]) {
    if (all >= size) return `${Math.floor(all / size)} ${unit} ${two(Math.floor((all % size) / part))} ${smaller}`;
  }
  return `${all} s`;
}
