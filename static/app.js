// Enhancement only: every page works without this file.
const $ = (selector, from = document) => from.querySelector(selector);

// What was refused is read first; its links lead into the fields.
const summary = $("[data-focus]");
summary?.focus();

// Buttons that only work with script are shown by it.
for (const close of document.querySelectorAll("[data-close]")) {
  close.hidden = false;
  close.addEventListener("click", () => {
    close.closest(".notice")?.remove();
    $("h1")?.setAttribute("tabindex", "-1");
    $("h1")?.focus();
  });
}
const showCopies = (within) => {
  if (navigator.clipboard) for (const copy of within.querySelectorAll("[data-copy]")) copy.hidden = false;
};
showCopies(document);
document.addEventListener("click", async (event) => {
  const copy = event.target.closest?.("[data-copy]");
  if (!copy) return;
  await navigator.clipboard.writeText(copy.dataset.copy);
  const label = copy.getAttribute("aria-label") ?? "Copy";
  if (label === "Copied") return;
  copy.setAttribute("aria-label", "Copied");
  copy.classList.add("is-ok");
  setTimeout(() => { copy.setAttribute("aria-label", label); copy.classList.remove("is-ok"); }, 2000);
});

// A small page, shown as a dialog where a link leads to it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const page = await fetch(link.href).then(async (answer) => answer.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html")).catch(() => null);
  const small = page && $("main .dialog", page);
  if (!small) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  const head = $("h1", small);
  const name = document.createElement("h2");
  name.id = "dialog-title";
  name.append(...head.childNodes);
  head.replaceWith(name);
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", name.id);
  dialog.append(...small.childNodes);
  const close = document.createElement("button");
  close.className = "button";
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  ($(".actions", dialog) ?? dialog).prepend(close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  showCopies(dialog);
  dialog.showModal();
});

// Whether a link's text is free, while it is typed.
for (const field of document.querySelectorAll("[data-check]")) {
  const says = document.getElementById(`${field.id}-says`);
  let wait, asking;
  const show = ({ free, says: words, suggestions }) => {
    const line = document.createElement("p");
    line.className = `check-line ${free ? "ok" : "bad"}`;
    line.append(words);
    const tags = document.createElement("div");
    tags.className = "tags";
    for (const text of suggestions) {
      const tag = document.createElement("button");
      tag.className = "tag";
      tag.type = "button";
      tag.textContent = text;
      tag.addEventListener("click", () => { field.value = text; field.focus(); look(); });
      tags.append(tag);
    }
    says.replaceChildren(line, ...(suggestions.length ? [tags] : []));
  };
  const look = async () => {
    asking?.abort();
    asking = new AbortController();
    if (!field.value.trim()) return says.replaceChildren();
    try {
      const answer = await fetch(field.dataset.check + encodeURIComponent(field.value), { signal: asking.signal });
      if (answer.ok) show(await answer.json());
    } catch { /* it is judged when the form is sent */ }
  };
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(look, 250); });
}

// "/" goes to the search box, unless someone is writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const box = $("[data-search]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// A menu closes by Escape, and when the focus or the pointer goes elsewhere.
const menus = () => document.querySelectorAll("details.dropdown[open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) $("summary", menu)?.focus();
  }
});
for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
}

// Who owns the team: the choices carry the names as they are typed.
for (const choice of document.querySelectorAll("input[type=radio][name=owner]")) {
  const words = $(".choice-words > span", choice.closest(".choice"));
  const [name, email] = ["name", "email"].map((field) => document.getElementById(`${field}-${choice.value}`));
  if (!words || !name || !email) continue;
  const show = () => { words.textContent = name.value.trim() || email.value.trim() || `Person ${Number(choice.value) + 1}`; };
  for (const field of [name, email]) field.addEventListener("input", show);
}

// "Some" in the head's box, and all rows by it.
for (const all of document.querySelectorAll("[data-all]")) {
  const boxes = [...(all.closest("table")?.querySelectorAll("tbody .cell-box [type=checkbox]") ?? [])];
  const show = () => {
    const checked = boxes.filter((box) => box.checked).length;
    all.checked = checked > 0 && checked === boxes.length;
    all.indeterminate = checked > 0 && checked < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
  for (const box of boxes) box.addEventListener("change", show);
  all.form?.addEventListener("reset", () => setTimeout(show));
  show();
}

// The choice of the owner names people as they are written down.
for (const form of document.querySelectorAll("form:has(.people):has(.choices)")) {
  form.addEventListener("input", (event) => {
    const row = event.target.closest(".people-row");
    if (!row) return;
    const nth = [...form.querySelectorAll(".people-row")].indexOf(row);
    const words = form.querySelectorAll(".choice-words")[nth]?.firstElementChild;
    const typed = ["name", "email"].map((name) => $(`[name=${name}]`, row).value.trim());
    if (words) words.textContent = typed.find(Boolean) ?? `Person ${nth + 1}`;
  });
}

// A member's page, shown over the list that leads to it: the same page, under its own address.
const drawer = document.getElementById("drawer");
if (drawer?.showModal) {
  const title = document.title;
  const fill = (page) => {
    const head = $(".page-title", page);
    const name = document.createElement("h2");
    name.id = "drawer-title";
    name.append(...$("h1", head).childNodes);
    $("h1", head).replaceWith(name);
    for (const part of page.querySelectorAll("main .section[id], main .section [id], main [aria-labelledby]")) {
      if (part.id) part.id = `drawer-${part.id}`;
      const label = part.getAttribute("aria-labelledby");
      if (label) part.setAttribute("aria-labelledby", `drawer-${label}`);
    }
    $(".page-title", drawer).replaceChildren(...head.childNodes);
    $(".drawer-body", drawer).replaceChildren(...page.querySelectorAll("main > .section"));
    $("footer .actions", drawer).replaceChildren(...($(".page-header .actions", page)?.childNodes ?? []));
    $(".drawer-body", drawer).scrollTop = 0;
    showCopies(drawer);
  };
  const open = async (href) => {
    try {
      const answer = await fetch(href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.title = page.title;
      fill(page);
    } catch {
      location.assign(href);
      return false;
    }
    $("footer > a", drawer).href = href;
    drawer.showModal();
    return true;
  };
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-drawer]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (await open(link.href)) history.pushState({ drawer: link.href }, "", link.href);
  });
  // Esc, the button and the ground behind it close it, and leave its address by the way back.
  drawer.addEventListener("close", () => {
    document.title = title;
    if (history.state?.drawer) history.back();
  });
  $("header > button", drawer).addEventListener("click", () => drawer.close());
  drawer.addEventListener("pointerdown", (event) => {
    if (event.target === drawer && event.clientX < drawer.getBoundingClientRect().left) drawer.close();
  });
  $("footer > a", drawer).addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    location.reload();
  });
  addEventListener("popstate", (event) => {
    if (event.state?.drawer) open(event.state.drawer);
    else if (drawer.open) drawer.close();
  });
}

// How many boxes are not as they were.
for (const button of document.querySelectorAll("[data-count]")) {
  const [one, many] = button.dataset.count.split("|");
  const none = button.textContent;
  button.form?.addEventListener("change", () => {
    const changed = [...button.form.elements].filter((box) => box.type === "checkbox" && box.checked !== box.defaultChecked).length;
    button.textContent = changed === 0 ? none : changed === 1 ? one : many.replace("#", changed);
  });
}

// What is typed in one form of a page is still there after another of its forms was sent: it waits in this tab for the next page alone,
// past the one that asks for a proof.
const tab = (() => { try { return sessionStorage; } catch { return null; } })();
const typed = (field) => {
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field.type === "select-one") return field.selectedIndex !== Math.max([...field.options].findIndex((option) => option.defaultSelected), 0);
  return ["text", "email", "search", "url", "textarea"].includes(field.type) && field.value !== field.defaultValue;
};
const fields = (form) => [...form.elements].filter((field) => field.name);
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const kept = {};
  for (const form of document.querySelectorAll("main form[method=post]")) {
    if (form === event.target) continue;
    const changed = fields(form).map((field, nth) => [nth, field.name, field.value, field.checked, typed(field)]).filter((field) => field.pop());
    if (changed.length) kept[form.getAttribute("action")] = changed;
  }
  if (Object.keys(kept).length) tab?.setItem("typed", JSON.stringify(kept));
});
const kept = JSON.parse(tab?.getItem("typed") ?? "{}");
if (!$("form[action='/account/confirmation']")) tab?.removeItem("typed");
for (const form of document.querySelectorAll("main form[method=post]")) {
  for (const [nth, name, value, checked] of kept[form.getAttribute("action")] ?? []) {
    const field = fields(form)[nth];
    if (field?.name !== name) continue;
    if (["checkbox", "radio"].includes(field.type)) {
      if (field.value === value) field.checked = checked;
    } else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// A form is sent once; its button says so, keeps its width, and comes back with the page,
// or after a while when the answer was a download.
const busy = new Map();
const rest = () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const [button, words] of busy) {
    button.replaceChildren(...words);
    button.classList.remove("busy");
    button.removeAttribute("aria-disabled");
    button.style.minWidth = "";
  }
  busy.clear();
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(rest, 10000);
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  busy.set(button, [...button.childNodes]);
  button.style.minWidth = `${button.offsetWidth}px`;
  button.classList.add("busy");
  button.setAttribute("aria-disabled", "true");
  button.replaceChildren(button.dataset.busy);
});
addEventListener("pageshow", rest);
