// The simulator's page: a row of phones, the clock, and the panels beside them.

import {allowRemotePictures, el} from "/simulator/web/flex_dom.js";
import {listOf, live, users} from "./api.js";
import {DemoClock} from "./clock.js";
import {FaultsPanel, LedgerPanel, WorkersPanel, field, select} from "./panels.js";
import {Phone} from "./phone.js";
import {LANGUAGES} from "./words.js";

const MOST_PHONES = 12;
const at = (id) => document.getElementById(id);

const clock = new DemoClock(at("clock"));
const phones = new Map();
let active = null;
let account = at("phones").dataset.account;
const shared = {account: () => account, now: () => clock.now()};

const panels = {
  workers: new WorkersPanel((text) => {
    active?.fill(text);
    if (matchMedia("(max-width: 900px)").matches) openPanel(null);
  }),
  ledger: new LedgerPanel(),
  faults: new FaultsPanel(),
};
let openName = null;

function choose(phone) {
  active = phone;
  for (const one of phones.values()) one.element.classList.toggle("active", one === phone);
  for (const tab of at("phone-tabs").children) {
    tab.setAttribute("aria-pressed", String(tab.dataset.user === phone?.userId));
  }
}

function addPhone(user) {
  const phone = new Phone(user, shared);
  phones.set(user.user_id, phone);
  const tab = el("button", "phone-tab", user.display_name);
  tab.dataset.user = user.user_id;
  tab.addEventListener("click", () => {
    choose(phone);
    phone.element.scrollIntoView({inline: "center", block: "nearest"});
  });
  for (const name of ["pointerdown", "focusin"]) phone.element.addEventListener(name, () => active !== phone && choose(phone));
  at("phone-tabs").append(tab);
  at("phones").append(phone.element);
  at("no-phones").hidden = true;
  phone.tick();
  return phone;
}

/** Brings phones and their state up to date; returns the phones that are new. */
async function syncUsers() {
  const fresh = [];
  for (const user of listOf(await users.list()).slice(-MOST_PHONES)) {
    if (phones.has(user.user_id)) phones.get(user.user_id).update(user);
    else fresh.push(addPhone(user));
  }
  if (!active && phones.size > 0) choose(phones.values().next().value);
  return fresh;
}

async function syncAll() {
  const known = [...phones.values()];
  const fresh = await syncUsers();
  await Promise.all([...known.map((phone) => phone.refresh()), ...fresh.map((phone) => phone.refresh({quiet: true}))]);
  await clock.read();
  refreshPanel();
}

/** `event` is {kind: chat | user | richmenu | loading | clock, user_id, seq}; null, or no user: all may have changed. */
async function onEvent(event) {
  if (event?.kind === "clock") return clock.read();
  if (!event?.user_id) return syncAll();
  const phone = phones.get(event.user_id);
  if (event.kind === "loading") return phone?.showLoading(event.seconds);
  if (event.kind === "user" || !phone) await Promise.all((await syncUsers()).map((one) => one.refresh({quiet: true})));
  await phone?.refresh({changed: event.kind === "chat" ? event.seq : null});
  return refreshPanel();
}

function refreshPanel() {
  if (openName && openName !== "workers") panels[openName].show();
}

function openPanel(name) {
  openName = name === openName ? null : name;
  for (const tab of document.querySelectorAll("[data-panel]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.panel === openName));
  }
  at("panel").hidden = openName === null;
  at("panel").replaceChildren();
  if (!openName) return;
  const close = el("button", "tool-button", "Close");
  close.addEventListener("click", () => openPanel(null));
  const title = document.querySelector(`[data-panel="${openName}"]`).textContent;
  at("panel").append(el("div", "panel-head", el("h2", "", title), close), panels[openName].element);
  panels[openName].show();
}

function dialog(title, yes, parts, finish) {
  const box = el("dialog", "tool-dialog");
  const go = el("button", "tool-button tool-primary", yes);
  go.type = "submit";
  const cancel = el("button", "tool-button", "Cancel");
  cancel.addEventListener("click", () => box.close());
  const refusal = el("p", "refusal");
  refusal.setAttribute("role", "alert");
  const form = el("form", "", el("h2", "", title), ...parts, refusal, el("div", "tool-row", go, cancel));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    finish().then(() => box.close(), (error) => refusal.replaceChildren(error.message));
  });
  box.setAttribute("aria-label", title);
  box.addEventListener("close", () => box.remove());
  box.append(form);
  document.body.append(box);
  box.showModal();
}

function newPhone() {
  const name = field("Name in LINE", el("input", "tool-input"));
  name.input.required = true;
  name.input.maxLength = 20;
  const language = field("Language of the LINE app", select(LANGUAGES));
  dialog("New phone 新手機", "Add", [name.label, language.label], async () => {
    const user = await users.create(name.input.value.trim(), language.input.value);
    const phone = phones.get(user.user_id) ?? addPhone(user);
    choose(phone);
    await phone.refresh({quiet: true});
    phone.element.scrollIntoView({inline: "center", block: "nearest"});
  });
}

function goToDate() {
  const when = field("Date and time in Taiwan", el("input", "tool-input"));
  when.input.type = "datetime-local";
  when.input.required = true;
  when.input.value = at("clock").dateTime.slice(0, 16);
  dialog("Go to date 跳到日期", "Go", [when.label], () => clock.go(when.input.value));
}

at("new-phone").addEventListener("click", newPhone);
at("go-to").addEventListener("click", goToDate);
at("month").addEventListener("click", () => clock.nextMonth());
at("tools-toggle").addEventListener("click", () => {
  const open = document.body.classList.toggle("tools-open");
  at("tools-toggle").setAttribute("aria-expanded", String(open));
});
for (const [id, step] of [["hour", {hours: 1}], ["day", {days: 1}], ["week", {days: 7}]]) {
  at(id).addEventListener("click", () => clock.advance(step));
}
for (const tab of document.querySelectorAll("[data-panel]")) {
  tab.addEventListener("click", () => openPanel(tab.dataset.panel));
}
allowRemotePictures();
setInterval(() => phones.forEach((phone) => phone.tick()), 1000);

// While the server is away nothing can be shown; the next event or poll brings everything.
const later = () => {};
syncAll().catch(later);
live((event) => onEvent(event).catch(later));
