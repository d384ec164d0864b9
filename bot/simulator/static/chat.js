// The conversation: bubbles, day lines, unsent messages, the loading dots.

import {el, icon, picture} from "/simulator/web/flex_dom.js";
import {renderMessage} from "/simulator/web/flex.js";
import {instant, taipeiDate, timeWords} from "./words.js";

const LONG_PRESS_MS = 500;
const NEAR_END_PX = 120;

/** The log of one phone's chat. `onAction(action)` gets taps, `onOptions(entry)` a long press on an own message. */
export class ChatLog {
  element = el("div", "chat-log");
  #onAction;
  #onOptions;
  #words;
  #time;
  #account;
  #today;
  #last = null;
  #dots = null;
  #dotsTimer = 0;
  #atEnd = true;
  #scrolledTo = 0;

  constructor({onAction, onOptions, account, today}) {
    this.#onAction = onAction;
    this.#onOptions = onOptions;
    this.#account = account;
    this.#today = today;
    this.element.setAttribute("role", "log");
    this.element.setAttribute("aria-live", "polite");
    this.element.tabIndex = 0;
    // A chat that stands at its end stays there when pictures arrive or the foot grows, until a person scrolls up.
    this.element.addEventListener("scroll", () => {
      const {scrollHeight, scrollTop, clientHeight} = this.element;
      const nearEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
      this.#atEnd = nearEnd || (this.#atEnd && scrollTop >= this.#scrolledTo);
      this.#scrolledTo = scrollTop;
    });
    const stay = () => this.#atEnd && this.toBottom();
    for (const name of ["load", "error"]) this.element.addEventListener(name, () => setTimeout(stay), {capture: true});
    new ResizeObserver(stay).observe(this.element);
  }

  /** Draws all `entries` again in the words of `language`, at the place where the person was reading. */
  redraw(entries, words, language) {
    const [top, atEnd] = [this.element.scrollTop, this.#atEnd];
    this.#words = words;
    this.#time = timeWords(language);
    this.#last = null;
    this.element.setAttribute("aria-label", words.messages);
    this.element.replaceChildren();
    this.hideDots();
    for (const entry of entries) this.add(entry);
    this.element.scrollTop = atEnd ? this.element.scrollHeight : top;
    this.#atEnd = atEnd;
  }

  add(entry) {
    if (entry.from === "system") return; // follows and blocks leave no trace in LINE's own chat
    if (entry.from === "bot") this.hideDots();
    const day = taipeiDate(entry.at);
    if (!this.#last || taipeiDate(this.#last.entry.at) !== day) this.#append(this.#dayLine(entry.at, day));
    if (entry.unsent) this.#append(this.#notice(this.#words.unsentByYou), entry);
    else this.#append(this.#bubble(entry), entry);
    if (this.#atEnd || entry.from === "user") this.toBottom();
  }

  toBottom() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** LINE's loading animation: until the next message, at most `seconds`. */
  showDots(seconds) {
    this.hideDots();
    this.#dots = el("div", "entry from-bot", this.#avatar(),
      el("div", "dots", el("span"), el("span"), el("span")));
    this.element.append(this.#dots);
    this.toBottom();
    this.#dotsTimer = setTimeout(() => this.hideDots(), seconds * 1000);
  }

  hideDots() {
    clearTimeout(this.#dotsTimer);
    this.#dots?.remove();
    this.#dots = null;
  }

  #append(element, entry = null) {
    this.element.insertBefore(element, this.#dots);
    this.#last = entry ? {entry, element} : this.#last;
  }

  #dayLine(at, day) {
    const label = day === taipeiDate(this.#today()) ? this.#words.today : this.#time.day(at);
    this.#last = null;
    return el("div", "day-line", el("span", "", label));
  }

  #notice(words) {
    return el("div", "notice", el("span", "", words));
  }

  #bubble(entry) {
    const previous = this.#last;
    const together = previous && !previous.entry.unsent && previous.entry.from === entry.from
      && Math.floor(instant(previous.entry.at) / 60000) === Math.floor(instant(entry.at) / 60000);
    const content = renderMessage(entry.message, {onAction: this.#onAction});
    const body = el("div", "body", content);
    const stamp = this.#stamp(entry);
    const own = entry.from === "user";
    const wide = content.querySelector(".fx-carousel, .fx-giga") !== null;
    const element = el("div", `entry from-${entry.from}${wide ? " wide" : ""}`,
      own ? null : this.#avatar(entry.message.sender),
      el("div", "column",
        own ? null : el("div", "sender", this.#senderName(entry.message.sender)),
        el("div", "line", body, stamp)));
    if (together) {
      element.classList.add("continued");
      previous.element.classList.add("followed");
    }
    if (own) this.#offerOptions(body, entry);
    return element;
  }

  #senderName(sender) {
    return sender?.name ? `${sender.name} · ${this.#account()}` : this.#account();
  }

  #avatar(sender) {
    const face = sender?.iconUrl ? picture(sender.iconUrl, "") : null;
    const element = el("div", "avatar", face ?? accountMark());
    element.setAttribute("aria-hidden", "true");
    return element;
  }

  #stamp(entry) {
    const own = entry.from === "user";
    return el("div", "stamp", own ? el("span", "read", this.#words.read) : null,
      el("time", "", this.#time.time(entry.at)));
  }

  /** Long press or context menu on touch and mouse; a small button for the keyboard. */
  #offerOptions(body, entry) {
    let timer = 0;
    const cancel = () => clearTimeout(timer);
    body.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      this.#onOptions(entry);
    });
    body.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch") timer = setTimeout(() => this.#onOptions(entry), LONG_PRESS_MS);
    });
    for (const name of ["pointerup", "pointercancel", "pointermove"]) body.addEventListener(name, cancel);
    const more = el("button", "options", "⋯");
    more.setAttribute("aria-label", this.#words.options);
    more.addEventListener("click", () => this.#onOptions(entry));
    body.append(more);
  }
}

/** The official account's round picture. */
export function accountMark() {
  return el("span", "account-mark", icon("M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z"));
}
