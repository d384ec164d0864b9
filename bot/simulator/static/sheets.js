// The sheets that slide up inside one phone: dates, calls, menus, places.

import {el} from "/simulator/web/flex_dom.js";

const INPUT_TYPES = {date: "date", time: "time", datetime: "datetime-local"};

/** Bottom sheets of one phone. One is open at a time; the rest of the phone is inert meanwhile. */
export class Sheets {
  #phone;
  #words;
  #close = null;

  constructor(phone, words) {
    this.#phone = phone;
    this.#words = words;
  }

  /** Opens a sheet and resolves with what its controls give to `done`, or null when it is dismissed. */
  open(title, build) {
    this.#close?.(null);
    return new Promise((resolve) => {
      const before = document.activeElement;
      const others = [...this.#phone.children];
      const panel = el("div", "sheet");
      const layer = el("div", "sheet-layer", panel);
      const done = (value) => {
        this.#close = null;
        layer.remove();
        for (const other of others) other.inert = false;
        if (before?.isConnected) before.focus({preventScroll: true});
        resolve(value);
      };
      this.#close = done;
      panel.setAttribute("role", "dialog");
      panel.setAttribute("aria-modal", "true");
      panel.setAttribute("aria-label", title);
      panel.tabIndex = -1;
      panel.append(el("p", "sheet-title", title), ...build(done));
      layer.addEventListener("click", (event) => event.target === layer && done(null));
      layer.addEventListener("keydown", (event) => event.key === "Escape" && done(null));
      for (const other of others) other.inert = true;
      this.#phone.append(layer);
      (panel.querySelector("input, select, button") ?? panel).focus({preventScroll: true});
    });
  }

  /** A list of choices [{label, value, danger?}]; resolves with the chosen value or null. */
  choose(title, choices) {
    return this.open(title, (done) => [
      ...choices.map(({label, value, danger}) =>
        sheetButton(label, danger ? "sheet-choice sheet-danger" : "sheet-choice", () => done(value))),
      sheetButton(this.#words().cancel, "sheet-choice sheet-cancel", () => done(null)),
    ]);
  }

  confirm(question, yes) {
    return this.open(question, (done) => [
      this.#row(done, yes, () => done(true)),
    ]);
  }

  /** A LINE date picker; resolves with the picked text in LINE's form, or null. */
  pickDate({label, mode = "date", initial, min, max}) {
    return this.open(label || this.#words().done, (done) => {
      const input = el("input", "sheet-input");
      input.type = INPUT_TYPES[mode] ?? "date";
      input.setAttribute("aria-label", label || mode);
      const plain = (value) => String(value ?? "").replace("t", "T");
      input.min = plain(min);
      input.max = plain(max);
      input.value = plain(initial);
      const finish = () => (input.value && input.reportValidity() ? done(input.value) : input.focus());
      input.addEventListener("keydown", (event) => event.key === "Enter" && finish());
      return [input, this.#row(done, this.#words().send, finish)];
    });
  }

  /** A place to send; resolves with {title, address, latitude, longitude} or null. */
  pickPlace() {
    const words = this.#words();
    return this.open(words.location, (done) => {
      const title = labelled(words.place, "text", "台北車站");
      const address = labelled(words.address, "text", "台北市中正區北平西路3號");
      const latitude = labelled("Latitude", "number", "25.0478");
      const longitude = labelled("Longitude", "number", "121.5170");
      for (const one of [latitude, longitude]) one.input.step = "any";
      const finish = () => done({
        title: title.input.value, address: address.input.value,
        latitude: Number(latitude.input.value), longitude: Number(longitude.input.value),
      });
      return [title.label, address.label, latitude.label, longitude.label, this.#row(done, words.send, finish)];
    });
  }

  #row(done, yes, finish) {
    return el("div", "sheet-row",
      sheetButton(this.#words().cancel, "sheet-button", () => done(null)),
      sheetButton(yes, "sheet-button sheet-primary", finish));
  }
}

function sheetButton(label, className, onClick) {
  const button = el("button", className, label);
  button.addEventListener("click", onClick);
  return button;
}

function labelled(words, type, value) {
  const input = el("input", "sheet-input");
  input.type = type;
  input.value = value;
  return {input, label: el("label", "sheet-field", el("span", "", words), input)};
}
