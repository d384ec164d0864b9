// Draws announcements as LINE shows them, and again while they are being written. Without it the plain words stand there.

import {renderMessage, renderQuickReply} from "./flex.js";

const WAIT = 600; // after the last key

function draw(within) {
  for (const screen of within.querySelectorAll(".screen[data-messages]")) {
    const messages = JSON.parse(screen.dataset.messages);
    const drawn = messages.flatMap((message) => [renderMessage(message), renderQuickReply(message)]);
    screen.replaceChildren(...drawn.filter(Boolean));
    delete screen.dataset.messages;
  }
}

function follow(form) {
  let timer = 0;
  let asked = 0;
  let wanted = true; // a count: until it has come, whatever is typed meanwhile

  // People are counted when somebody chooses whom it is for, not at every key.
  async function refresh() {
    const count = wanted;
    const mine = ++asked;
    const fields = new URLSearchParams(new FormData(form));
    if (!count) fields.set("live", "yes");
    try {
      const answer = await fetch(form.dataset.preview, {method: "POST", body: fields});
      document.getElementById("signed-out").hidden = !answer.redirected;
      if (!answer.ok || answer.redirected || mine !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      wanted = !(count && page.querySelector("#counted .figures")) && wanted;
      for (const id of count ? ["checked", "counted"] : ["checked"]) {
        const fresh = page.getElementById(id);
        draw(fresh);
        document.getElementById(id).replaceWith(fresh);
      }
      show(document.activeElement?.lang);
    } catch {
      // The network may be away for a moment: what is shown stays until the next key.
    }
  }

  form.addEventListener("input", ({target}) => {
    clearTimeout(timer);
    wanted ||= ["checkbox", "radio", "select-one"].includes(target.type);
    timer = setTimeout(refresh, WAIT);
  });
  form.addEventListener("focusin", ({target}) => show(target.lang));
  refresh();
}

/** Brings the phone of the language that is being written into view, where it stands beside the form. */
function show(language) {
  const screen = language ? document.querySelector(`.live .screen:lang(${language})`) : null;
  const beside = screen?.closest(".live");
  if (beside && getComputedStyle(beside).position === "sticky") {
    beside.scrollTop += screen.parentElement.getBoundingClientRect().top - beside.getBoundingClientRect().top;
  }
}

draw(document);
const form = document.querySelector("form[data-preview]");
if (form) follow(form);
