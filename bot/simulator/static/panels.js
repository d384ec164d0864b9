// The page's own tools beside the phones: made-up workers, the ledger of accepted requests, faults.

import {el} from "/simulator/web/flex_dom.js";
import {cards, faults, ledger, listOf} from "./api.js";
import {taipeiTime} from "./words.js";

const FIELDS = [
  ["name", "Name"], ["passport_no", "Passport no."], ["arc_no", "ARC no."], ["birth_date", "Birth date"],
  ["phone", "Phone"], ["permit_no", "Permit no."], ["permit_type", "Permit type"], ["work", "Work"],
  ["starts_on", "Starts on"], ["ends_on", "Ends on"], ["arc_expires_on", "ARC expires on"], ["entered_on", "Entered on"],
  ["employer_name", "Employer"], ["county", "County"], ["nationality", "Nationality"], ["sex", "Sex"],
  ["worker_ref", "Worker ref."],
];
const LEDGER_SHOWN = 200;

/** Cards of made-up workers; `pick(text)` puts a field into the active phone. */
export class WorkersPanel {
  element = el("div", "panel-body");
  #pick;
  #filter = el("input", "tool-input");
  #list = el("div", "cards");
  #cards = [];

  constructor(pick) {
    this.#pick = pick;
    this.#filter.type = "search";
    this.#filter.setAttribute("aria-label", "Find a worker");
    this.#filter.placeholder = "Find a worker 找移工";
    this.#filter.addEventListener("input", () => this.#draw());
    this.element.append(el("p", "hint", "Tap a field to put it into the chosen phone's text field."), this.#filter, this.#list);
  }

  async show() {
    this.#cards = listOf(await cards());
    this.#draw();
  }

  #draw() {
    const wanted = this.#filter.value.trim().toLowerCase();
    const matching = this.#cards.filter((card) => JSON.stringify(card).toLowerCase().includes(wanted)).slice(0, 50);
    this.#list.replaceChildren(...matching.map((card) => this.#card(card)));
    if (matching.length === 0) this.#list.append(el("p", "hint", "No workers here."));
  }

  #card(card) {
    const fields = FIELDS.filter(([key]) => card[key]).map(([key, label]) => {
      const button = el("button", "card-field", el("span", "card-label", label), el("span", "card-value", String(card[key])));
      button.addEventListener("click", () => {
        this.#pick(String(card[key]));
        navigator.clipboard?.writeText(String(card[key])).catch(() => {});
      });
      return button;
    });
    const more = el("details", "card-more", el("summary", "", "All fields"), ...fields.slice(7));
    return el("article", "worker-card", el("h3", "", card.name ?? card.worker_ref), ...fields.slice(0, 7), more);
  }
}

/** Every accepted request, newest first. */
export class LedgerPanel {
  element = el("div", "panel-body");
  #list = el("ol", "ledger");
  #last = 0;
  #busy = false;

  constructor() {
    this.element.append(el("p", "hint", "Requests the look-alike has accepted, newest first."), this.#list);
  }

  async show() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const entry of listOf(await ledger(this.#last))) {
        this.#last = Math.max(this.#last, entry.seq);
        this.#list.prepend(ledgerLine(entry));
      }
      while (this.#list.childElementCount > LEDGER_SHOWN) this.#list.lastChild.remove();
    } finally {
      this.#busy = false;
    }
  }
}

function ledgerLine(entry) {
  const body = typeof entry.body === "string" ? parsed(entry.body) : entry.body ?? {};
  const to = body.to ?? body.chatId ?? entry.recipients ?? "";
  const names = Array.isArray(to) ? `${to.length} people` : String(to).slice(0, 10);
  const text = el("pre", "ledger-json");
  const details = el("details", "ledger-entry",
    el("summary", "", el("span", "ledger-time", taipeiTime(entry.at).slice(5)), el("code", "ledger-path", entry.path),
      el("span", "ledger-to", names), el("span", "ledger-summary", summary(body)),
      entry.retry_key ? el("code", "ledger-key", entry.retry_key) : null), text);
  details.addEventListener("toggle", () => {
    text.textContent = JSON.stringify({...entry, body}, null, 2);
    text.tabIndex = 0;
  }, {once: true});
  return el("li", "", details);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function summary(body) {
  return (body.messages ?? []).map((message) => {
    const words = message.text ?? message.altText ?? "";
    return `${message.type}${words ? `: ${words.slice(0, 60)}` : ""}`;
  }).join(" · ");
}

/** A form that tells the look-alike how to misbehave. */
export class FaultsPanel {
  element = el("div", "panel-body");
  #list = el("ul", "faults");

  constructor() {
    const path = field("Path begins with", select(["/v2/bot/message/push", "/v2/bot/message/reply", "/v2/bot/message/multicast",
      "/v2/bot/message/broadcast", "/v2/bot/message", "/v2/bot/richmenu", "/v2/bot"]));
    const next = field("How many requests", number(1, 1));
    const kind = field("What happens", select([
      ["500", "500 error"], ["503", "503 error"], ["429", "429 too fast"], ["quota", "429 monthly quota used up"],
      ["400", "400 refused"], ["401", "401 token refused"], ["before", "Connection cut before accepting"],
      ["after", "Connection cut after accepting"], ["slow", "Slow answer"]]));
    const delay = field("Delay in seconds", number(0, 0));
    const add = el("button", "tool-button tool-primary", "Add fault");
    add.type = "submit";
    const clear = el("button", "tool-button", "Remove all");
    clear.addEventListener("click", () => faults.clear().then(() => this.show()));
    const form = el("form", "fault-form", path.label, next.label, kind.label, delay.label, el("div", "tool-row", add, clear));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = kind.input.value;
      faults.add({
        path: path.input.value, next: Number(next.input.value),
        ...(/^\d+$/.test(chosen) && {status: Number(chosen)}),
        ...(chosen === "quota" && {quota: true}),
        ...(["before", "after"].includes(chosen) && {reset: chosen}),
        ...(Number(delay.input.value) > 0 && {delay_seconds: Number(delay.input.value)}),
      }).then(() => this.show());
    });
    this.element.append(el("p", "hint", "How the next answers to the bot are to go wrong."), form, this.#list);
  }

  async show() {
    const waiting = listOf(await faults.list());
    this.#list.replaceChildren(...waiting.map((fault) =>
      el("li", "", el("code", "", Object.entries(fault)
        .filter(([key, value]) => value && JSON.stringify(value) !== "{}" && (key !== "delay" || fault.delay_seconds))
        .map(([key, value]) => `${key} ${value}`).join(", ")))));
  }
}

export function field(words, input) {
  return {input, label: el("label", "tool-field", el("span", "", words), input)};
}

export function select(choices) {
  const options = choices.map((choice) => {
    const [value, label] = Array.isArray(choice) ? choice : [choice, choice];
    const option = el("option", "", label);
    option.value = value;
    return option;
  });
  return el("select", "tool-input", ...options);
}

function number(value, least) {
  const input = el("input", "tool-input");
  input.type = "number";
  input.min = String(least);
  input.value = String(value);
  return input;
}
