// The demo's time: shown in Taiwan's time, moved forward by buttons.

import {clock} from "./api.js";
import {instant, taipeiTime} from "./words.js";

export class DemoClock {
  #shown;
  #at = Date.now();
  #readAt = performance.now();

  constructor(shown) {
    this.#shown = shown;
    setInterval(() => this.draw(), 1000);
  }

  /** Milliseconds since 1970 by the demo's clock. */
  now() {
    return this.#at + performance.now() - this.#readAt;
  }

  draw() {
    const text = taipeiTime(this.now());
    this.#shown.textContent = text.slice(0, 16);
    this.#shown.dateTime = text.replace(" ", "T");
  }

  async read() {
    this.#take(await clock.now());
  }

  async advance(step) {
    this.#take(await clock.advance(step));
  }

  /** To a Taiwanese wall-clock time, "2026-11-21T09:00". */
  async go(local) {
    this.#take(await clock.go(`${local.length === 16 ? `${local}:00` : local}+08:00`));
  }

  /** The same day of the next month, or its last day where that month is shorter. */
  async nextMonth() {
    const [date, time] = taipeiTime(this.now()).split(" ");
    const [year, month, day] = date.split("-").map(Number);
    const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const next = new Date(Date.UTC(year, month, Math.min(day, last)));
    await this.go(`${next.toISOString().slice(0, 10)}T${time}`);
  }

  #take(answer) {
    if (!answer?.now) return;
    this.#at = instant(answer.now);
    this.#readAt = performance.now();
    this.draw();
  }
}
