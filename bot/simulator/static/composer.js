// The foot of a chat: quick replies, rich menu with its bar, text field, plus menu, stickers.

import {el, icon} from "/simulator/web/flex_dom.js";
import {STICKER_CHOICES, renderQuickReply} from "/simulator/web/flex.js";
import {drawRichMenu} from "./richmenu.js";

const ICONS = {
  keyboard: ["M3 6h18v12H3z M6 9h2v2H6z M10 9h2v2h-2z M14 9h2v2h-2z M7 14h10v2H7z"],
  menu: ["M3 6h18v2H3z M3 11h18v2H3z M3 16h18v2H3z"],
  plus: ["M11 4h2v7h7v2h-7v7h-2v-7H4v-2h7z"],
  smile: ["M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z M8 9h2v3H8z M14 9h2v3h-2z M7.5 14h9a4.6 4.6 0 0 1-9 0z"],
  send: ["M3 20v-6l10-2-10-2V4l19 8z"],
};
const PLUS = [["photo", "📷"], ["location", "📍"], ["voice", "🎤"]];

/** Everything below the log. `send` = {text, sticker, plus}; `onAction(action)` gets taps on menu and chips. */
export class Composer {
  element = el("div", "composer");
  #words;
  #send;
  #onAction;
  #menu = null;
  #menuOpen = false;
  #typing = true;
  #quick = el("div", "quick-place");
  #foot = el("div", "foot");
  #drawer = el("div", "drawer");
  #input = el("textarea", "input");

  constructor({send, onAction}) {
    this.#send = send;
    this.#onAction = onAction;
    this.#input.rows = 1;
    this.#input.addEventListener("input", () => this.#fit());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.element.append(this.#quick, this.#drawer, this.#foot);
  }

  speak(words) {
    this.#words = words;
    this.#input.setAttribute("aria-label", words.message);
    this.#input.placeholder = words.message;
    this.#draw();
  }

  /** Shows the quick replies of the newest message; they vanish with the first tap, as in LINE. */
  setQuickReply(message) {
    const row = renderQuickReply(message, {onAction: (action) => {
      this.#quick.replaceChildren();
      this.#onAction(action);
    }});
    this.#quick.replaceChildren(...(row ? [row] : []));
  }

  setMenu(answer) {
    const before = JSON.stringify(this.#menu);
    if (JSON.stringify(answer) === before) return;
    this.#menu = answer;
    // A new menu must not take the field away from somebody who is writing.
    const writing = this.#input.isConnected && (this.#input.value !== "" || this.#input.matches(":focus"));
    this.#typing = answer === null || writing;
    this.#menuOpen = Boolean(answer?.richmenu.selected);
    this.#draw();
  }

  openMenu(open) {
    if (!this.#menu) return;
    this.#typing = false;
    this.#menuOpen = open;
    this.#draw();
  }

  /** Puts `text` at the cursor of the input field, and the cursor behind it. */
  fill(text, {replace = false} = {}) {
    this.#typing = true;
    this.#draw();
    const {selectionStart: from, selectionEnd: to, value} = this.#input;
    if (replace) this.#input.value = text;
    else this.#input.setRangeText(text, from ?? value.length, to ?? value.length, "end");
    this.#fit();
    this.#input.focus({preventScroll: true});
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = "";
    this.#fit();
    this.#send.text(text);
  }

  #fit() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, 120)}px`;
  }

  #draw() {
    const bar = this.#typing ? this.#typingBar() : this.#menuBar();
    const shown = !this.#typing && this.#menuOpen;
    const menu = shown ? [drawRichMenu(this.#menu, this.#onAction)] : [];
    this.#drawer.replaceChildren();
    this.#foot.replaceChildren(...menu, bar);
  }

  #typingBar() {
    const words = this.#words;
    const toMenu = this.#menu && barButton(words.menu, ICONS.menu, () => this.openMenu(true));
    const send = barButton(words.send, ICONS.send, () => this.#submit());
    send.classList.add("send");
    return el("div", "bar", toMenu, barButton(words.more, ICONS.plus, () => this.#toggle("plus")),
      el("div", "field", this.#input, barButton(words.stickers, ICONS.smile, () => this.#toggle("stickers"))), send);
  }

  #menuBar() {
    const text = el("button", "chat-bar-text", this.#menu.richmenu.chatBarText || this.#words.menu,
      el("span", "chevron", this.#menuOpen ? "▾" : "▴"));
    text.setAttribute("aria-expanded", String(this.#menuOpen));
    text.lastChild.setAttribute("aria-hidden", "true");
    text.addEventListener("click", () => {
      this.openMenu(!this.#menuOpen);
      this.#foot.querySelector(".chat-bar-text").focus({preventScroll: true});
    });
    return el("div", "bar menu-bar", barButton(this.#words.keyboard, ICONS.keyboard, () => this.fill("")), text);
  }

  #toggle(name) {
    if (this.#drawer.dataset.name === name && this.#drawer.childElementCount > 0) {
      this.#drawer.replaceChildren();
      return;
    }
    this.#drawer.dataset.name = name;
    this.#drawer.replaceChildren(name === "plus" ? this.#plusMenu() : this.#stickers());
  }

  #plusMenu() {
    return el("div", "plus-menu", ...PLUS.map(([name, mark]) => {
      const sign = el("span", "plus-mark", mark);
      sign.setAttribute("aria-hidden", "true");
      const button = el("button", "plus-choice", sign, this.#words[name]);
      button.addEventListener("click", () => {
        this.#drawer.replaceChildren();
        this.#send.plus(name);
      });
      return button;
    }));
  }

  #stickers() {
    return el("div", "stickers", ...STICKER_CHOICES.map((choice) => {
      const button = el("button", "sticker-choice", choice.emoji);
      button.setAttribute("aria-label", `${this.#words.stickers} ${choice.emoji}`);
      button.addEventListener("click", () => {
        this.#drawer.replaceChildren();
        this.#send.sticker(choice);
      });
      return button;
    }));
  }
}

function barButton(label, paths, onClick) {
  const button = el("button", "bar-button", icon(...paths));
  button.setAttribute("aria-label", label);
  button.addEventListener("click", onClick);
  return button;
}
