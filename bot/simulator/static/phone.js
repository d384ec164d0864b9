// One telephone with LINE open at the official account: profile page, chat, toasts.

import {el, icon} from "/simulator/web/flex_dom.js";
import {Taps} from "./actions.js";
import {listOf, users} from "./api.js";
import {ChatLog, accountMark} from "./chat.js";
import {Composer} from "./composer.js";
import {Sheets} from "./sheets.js";
import {LANGUAGES, timeWords, wordsFor} from "./words.js";

const TOAST_MS = 6000;
const BACK = "M15.500 4.500 8 12l7.500 7.500-1.500 1.500-9-9 9-9z";
const DOTS = "M12 5a2 2 0 1 0 0 .01z M12 12a2 2 0 1 0 0 .01z M12 19a2 2 0 1 0 0 .01z";

export class Phone {
  element = el("section", "phone");
  user;
  #page;
  #words = wordsFor("en");
  #chat;
  #composer;
  #sheets;
  #taps;
  #entries = [];
  #seq = 0;
  #loading = null;
  #again = false;
  #whole = false;
  #toasts = el("div", "toasts");
  #body = el("div", "phone-body");
  #profileShown = false;
  #toastTimer = 0;
  #statusTime = el("span", "status-time");

  /** `page` = {account(), now()}: what all phones share. */
  constructor(user, page) {
    this.user = user;
    this.#page = page;
    this.#sheets = new Sheets(this.element, () => this.#words);
    this.#chat = new ChatLog({
      onAction: (action) => this.#taps.perform(action), onOptions: (entry) => this.#messageOptions(entry),
      account: page.account, today: page.now,
    });
    this.#composer = new Composer({
      onAction: (action) => this.#taps.perform(action),
      send: {
        text: (text) => this.#do("text", {text}),
        sticker: ({packageId, stickerId}) => this.#do("sticker", {package_id: packageId, sticker_id: stickerId}),
        plus: (name) => this.#taps.plus(name),
      },
    });
    this.#taps = new Taps({
      act: (deed, fields) => this.#do(deed, fields), sheets: this.#sheets, composer: this.#composer,
      toast: (text, from) => this.#toast(text, from), words: () => this.#words,
    });
    this.#toasts.setAttribute("role", "status");
    const statusBar = el("div", "status-bar", this.#statusTime, el("span", "status-right", "5G ▮▮▮"));
    statusBar.setAttribute("aria-hidden", "true");
    this.element.append(statusBar, this.#toasts, this.#body);
    this.#profileShown = !user.following;
    this.update(user);
  }

  get userId() {
    return this.user.user_id;
  }

  tick() {
    this.#statusTime.textContent = timeWords("en").time(this.#page.now());
  }

  /** Takes the user's newest state; redraws what depends on it. */
  update(user) {
    const redraw = this.#body.childElementCount === 0 || user.language !== this.user.language
      || user.following !== this.user.following || user.display_name !== this.user.display_name;
    this.user = user;
    if (!redraw) return;
    this.#words = wordsFor(user.language);
    this.element.lang = user.language;
    this.element.setAttribute("aria-label", `Phone of ${user.display_name}`);
    this.#composer.speak(this.#words);
    this.#redrawChat();
    this.#draw();
  }

  /**
   * Fetches what is new; asked again meanwhile, it looks once more afterwards.
   * `changed` is the seq of a message that is new or was taken back: an old one means to look at all of them.
   */
  async refresh({quiet = false, changed = null} = {}) {
    this.#whole ||= changed !== null && changed <= this.#seq;
    if (this.#loading) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = this.#fetch(quiet).finally(() => {
      this.#loading = null;
      if (this.#again) {
        this.#again = false;
        this.refresh();
      }
    });
    return this.#loading;
  }

  async #fetch(quiet) {
    const whole = this.#whole;
    this.#whole = false;
    const entries = listOf(await users.messages(this.userId, whole ? 0 : this.#seq));
    const fresh = entries.filter((entry) => entry.seq > this.#seq);
    if (whole) this.#takeBack(new Set(entries.filter((entry) => entry.unsent).map((entry) => entry.id)));
    if (fresh.length > 0) {
      this.#seq = fresh.at(-1).seq;
      this.#take(fresh, quiet);
    }
    if (this.user.following) this.#composer.setMenu(await users.richMenu(this.userId));
  }

  #takeBack(ids) {
    const gone = this.#entries.filter((entry) => !entry.unsent && ids.has(entry.id));
    for (const entry of gone) entry.unsent = true;
    if (gone.length > 0) this.#redrawChat();
  }

  #take(fresh, quiet) {
    this.#entries.push(...fresh);
    for (const entry of fresh) this.#chat.add(entry);
    const newest = this.#entries.findLast((entry) => entry.from !== "system");
    this.#composer.setQuickReply(newest?.from === "bot" ? newest.message : null);
    const told = fresh.findLast((entry) => entry.from === "bot" && entry.notification);
    if (!quiet && told) this.#toast(told.notification, this.#page.account());
    if (this.#profileShown) this.#draw();
  }

  #redrawChat() {
    this.#chat.redraw(this.#entries, this.#words, this.user.language);
  }

  showLoading(seconds) {
    this.#chat.showDots(seconds);
  }

  fill(text) {
    if (this.#profileShown) this.#show(false);
    this.#composer.fill(text);
  }

  async #do(deed, fields) {
    try {
      await users.act(this.userId, deed, fields);
      await this.refresh();
      return true;
    } catch (error) {
      this.#toast(error.message, "LINE");
      return false;
    }
  }

  async #messageOptions(entry) {
    const words = this.#words;
    const choice = await this.#sheets.choose(words.options, [
      ...(entry.message.text ? [{label: words.copy, value: "copy"}] : []),
      {label: words.unsend, value: "unsend", danger: true},
    ]);
    if (choice === "copy") await this.#taps.copy(entry.message.text);
    if (choice === "unsend" && await this.#do("unsend", {message_id: entry.id})) await this.refresh({changed: entry.seq});
  }

  async #menu() {
    const words = this.#words;
    const choice = await this.#sheets.choose(`${this.user.display_name} · ${this.user.language}`, [
      this.user.following ? {label: words.block, value: "unfollow", danger: true} : {label: this.#joinWord(), value: "follow"},
      {label: words.language, value: "language"},
    ]);
    if (choice === "language") await this.#chooseLanguage();
    else if (choice) await this.#follow(choice);
  }

  async #chooseLanguage() {
    const language = await this.#sheets.choose(this.#words.language,
      LANGUAGES.map(([value, label]) => ({label, value})));
    if (language) this.update({...this.user, ...await users.change(this.userId, {language})});
  }

  async #follow(deed) {
    if (!await this.#do(deed, {})) return;
    this.#profileShown = false;
    this.update({...this.user, following: deed === "follow"});
    this.#draw();
    await this.refresh();
  }

  #joinWord() {
    return this.#entries.length > 0 ? this.#words.unblock : this.#words.add;
  }

  #toast(text, from) {
    const close = el("button", "toast", el("strong", "toast-from", from), el("span", "toast-text", text));
    close.addEventListener("click", () => this.#toasts.replaceChildren());
    this.#toasts.replaceChildren(close);
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => this.#toasts.replaceChildren(), TOAST_MS);
  }

  #show(profile) {
    this.#profileShown = profile;
    this.#draw();
  }

  #draw() {
    this.#body.replaceChildren(...(this.#profileShown ? this.#profilePage() : this.#chatPage()));
    if (!this.#profileShown) this.#chat.toBottom();
  }

  #profilePage() {
    const {following} = this.user;
    const go = el("button", "profile-button", following ? this.#words.chat : this.#joinWord());
    go.addEventListener("click", () => (following ? this.#show(false) : this.#follow("follow")));
    const menu = iconButton(this.#words.more, DOTS, () => this.#menu());
    menu.classList.add("profile-menu");
    return [el("div", "profile", el("div", "profile-cover", menu), el("div", "avatar profile-avatar", accountMark()),
      el("h2", "profile-name", this.#page.account()),
      el("p", "profile-kind", this.#words.account),
      following ? null : el("p", "profile-state", this.#entries.length > 0 ? this.#words.blocked : this.#words.notAFriend), go)];
  }

  #chatPage() {
    const header = el("div", "chat-header", iconButton(this.#words.back, BACK, () => this.#show(true)),
      el("span", "shield", "★"), el("h2", "chat-name", this.#page.account()), iconButton(this.#words.more, DOTS, () => this.#menu()));
    header.querySelector(".shield").setAttribute("aria-hidden", "true");
    return [header, this.#chat.element, this.user.following ? this.#composer.element : this.#blockedBar()];
  }

  #blockedBar() {
    const unblock = el("button", "profile-button", this.#joinWord());
    unblock.addEventListener("click", () => this.#follow("follow"));
    return el("div", "blocked-bar", el("span", "", this.#entries.length > 0 ? this.#words.blocked : this.#words.notAFriend), unblock);
  }
}

function iconButton(label, path, onClick) {
  const button = el("button", "icon-button", icon(path));
  button.setAttribute("aria-label", label);
  button.addEventListener("click", onClick);
  return button;
}
