// What makes pages quicker to work with. Every page also works without this script.

// A part that changes by itself: fetched again until it no longer asks for it.
for (const part of document.querySelectorAll("[data-refresh]")) refreshLater(part);

function refreshLater(part) {
  const seconds = Number(part.dataset.refresh);
  if (!part.id || !(seconds > 0)) return;
  setTimeout(async () => {
    let fresh = null;
    let page = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        page = new DOMParser().parseFromString(await answer.text(), "text/html");
        fresh = page.getElementById(part.id);
      }
    } catch {
      // The network may be away for a moment: what is shown stays, and the next time is tried.
    }
    if (fresh) part.replaceWith(fresh);
    // What may be done next is another thing in another state; in the same one it stays, as somebody may be typing there.
    const taken = fresh && fresh.dataset.state !== part.dataset.state ? fresh.dataset.takes : null;
    if (taken) document.getElementById(taken).replaceWith(page.getElementById(taken));
    refreshLater(fresh ?? part);
  }, seconds * 1000);
}

// What cannot be taken back is asked for twice; a form that is on its way is not sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm;
  if (form.dataset.sent || (question && !confirm(question))) {
    event.preventDefault();
    return;
  }
  if (!event.submitter?.hasAttribute("formtarget")) form.dataset.sent = "yes";
  sessionStorage.setItem(SENT, form.querySelector("[data-keeps]")?.dataset.keeps ?? form.dataset.saves ?? "");
  if (form.action.endsWith("/sign-out")) sessionStorage.clear();
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// What is written into a long form is kept in this tab until it is saved: a session may end, somebody may be quicker.
const KEPT = "kept ";
const SENT = "sent";
if (document.querySelector("main > .done")) sessionStorage.removeItem(KEPT + sessionStorage.getItem(SENT));
for (const offer of document.querySelectorAll("[data-keeps]")) keep(offer.closest("form"), offer);

function keep(form, offer) {
  const key = KEPT + offer.dataset.keeps;
  const before = sessionStorage.getItem(key);

  function written() {
    const hidden = new Set(Array.from(form.querySelectorAll("[type=hidden]"), (field) => field.name));
    const fields = Array.from(new FormData(form)).filter(([name, value]) => typeof value === "string" && !hidden.has(name));
    return new URLSearchParams(fields.map(([name, value]) => [name, value.trim()])).toString();
  }

  function putBack(said) {
    for (const field of form.querySelectorAll("[name]:not([type=hidden], [type=file])")) {
      if (["checkbox", "radio"].includes(field.type)) field.checked = said.getAll(field.name).includes(field.value);
      else field.value = said.get(field.name) ?? "";
      if (field.value) field.closest("details")?.setAttribute("open", "");
    }
    (form.querySelector("select") ?? form).dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("input", () => sessionStorage.setItem(key, written()));
  offer.hidden = before === null || before === written();
  if (!offer.hidden) form.closest("details")?.setAttribute("open", "");
  offer.addEventListener("click", ({ target }) => {
    if (!target.dataset.do) return;
    if (target.dataset.do === "put back") putBack(new URLSearchParams(before));
    else sessionStorage.removeItem(key);
    offer.hidden = true;
  });
}
