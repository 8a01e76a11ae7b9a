// Forms: opened in a dialog, checked while they are typed, with the command that does the same. The pages work without it.
const parsed = (text) => {
  const body = new DOMParser().parseFromString(text, "text/html").body;
  document.dispatchEvent(new CustomEvent("arrived", { detail: body }));
  return body;
};
const unseen = /[^\P{C}\n]/gu;
const named = (each) => `\\U${each.codePointAt().toString(16).padStart(8, 0)}`;
const quoted = (word) => {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (word.match(unseen)) return `$'${word.replace(/[\\']/g, "\\$&").replace(unseen, named)}'`;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
};

// The command says what the form says.
function tell(form) {
  const box = form.querySelector("[data-words]");
  if (!box) return;
  const values = new FormData(form);
  const [start, ...words] = JSON.parse(box.dataset.words);
  const found = [];
  for (const word of words) {
    if (typeof word === "string") { found.push(word); continue; }
    const [field, option, placeholder, choices] = word;
    const value = String(values.get(field) ?? "").trim();
    if (choices) { found.push(...(choices[value] ?? [])); continue; }
    if (value || placeholder) found.push(...(option ? [option] : []), value || placeholder);
  }
  const text = [start, ...found.map(quoted)].join(" ");
  box.querySelector("code").textContent = text;
  box.querySelector("[data-copy]").dataset.copy = text;
}

function check(area) {
  const place = document.getElementById(`${area.id}-problem`);
  let problem = "";
  if (area.value.trim()) {
    try { JSON.parse(area.value); } catch (error) { problem = `This is not JSON: ${error.message}`; }
  }
  if (place) place.textContent = problem;
  area.ariaInvalid = problem ? "true" : null;
  area.closest(".field").classList.toggle("is-wrong", Boolean(problem));
}

function prepare(root) {
  for (const button of root.querySelectorAll("button[name=look]")) button.hidden = true;
  for (const form of root.querySelectorAll("form.asking")) tell(form);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form.asking");
  if (!form) return;
  if (event.target.matches("[data-json]")) check(event.target);
  tell(form);
});

// More depends on what was chosen: the form comes anew, with what was typed.
document.addEventListener("change", async (event) => {
  const form = event.target.closest("form.asking");
  if (!form || !event.target.matches("[data-opens]")) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("look", "1");
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "1" } });
  if (!answer.ok && answer.status !== 422) return;
  const id = event.target.id;
  put(form.closest(".dialog"), await answer.text());
  document.getElementById(id)?.focus();
});

function put(old, text) {
  const part = parsed(text).querySelector(".dialog");
  old.replaceWith(part);
  prepare(part);
  return part;
}

// In a dialog.
document.addEventListener("click", (event) => {
  const close = event.target.closest("dialog [data-close]");
  if (close) { event.preventDefault(); close.closest("dialog").close(); }
});

export async function open(address) {
  const answer = await fetch(address, { headers: { "X-Fragment": "1" } }).catch(() => null);
  const part = answer?.ok && answer.status !== 201 && parsed(await answer.text()).querySelector(".dialog");
  if (!part) {
    location.href = answer?.headers.get("Location") ?? address;
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "asks";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.append(part);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  prepare(dialog);
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), textarea, select, button[type=submit]")?.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("dialog form.asking")) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button[type=submit]");
  const word = button.textContent;
  button.disabled = true;
  button.textContent = button.dataset.wait;
  const again = (text) => {
    button.disabled = false;
    button.textContent = word;
    const told = document.createElement("div");
    told.className = "notice n-bad";
    told.role = "status";
    told.textContent = text;
    form.querySelector(".notice")?.remove();
    form.prepend(told);
  };
  let answer;
  try {
    const body = new URLSearchParams(new FormData(form));
    answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "1" } });
  } catch {
    again("The service of these pages does not answer. What you typed is here; try again.");
    return;
  }
  if (answer.status === 201) { location.assign(answer.headers.get("Location")); return; }
  const text = await answer.text();
  const part = parsed(text).querySelector("section.dialog");
  if (!part) { again(parsed(text).querySelector("main")?.innerText || `It was not done (${answer.status}).`); return; }
  const shown = put(form.closest(".dialog"), text);
  shown.querySelector("[aria-invalid=true]")?.focus();
});

prepare(document);
