// Talks to the look-alike's control API and tells the page when something new has happened.

const BASE = "/simulator/api/";
const POLL_MS = 2000;
const RECONNECT_MS = 15000;

/** The answer's JSON, or null for an empty one; throws Error with the server's words on a refusal. */
export async function request(path, {method = "GET", body} = {}) {
  const options = {method, headers: {}};
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(BASE + path, options);
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) throw new Error(answer?.message ?? answer?.error ?? answer?.detail ?? `The simulator answered ${response.status}`);
  return answer;
}

const post = (path, body = {}) => request(path, {method: "POST", body});

export const users = {
  list: () => request("users"),
  create: (displayName, language) => post("users", {display_name: displayName, language}),
  change: (id, fields) => request(`users/${id}`, {method: "PATCH", body: fields}),
  messages: (id, after) => request(`users/${id}/messages?after=${after}`),
  richMenu: (id) => request(`users/${id}/richmenu`),
  /** What a person does with the phone: follow, unfollow, text, postback, sticker, image, audio, location, unsend. */
  act: (id, deed, fields) => post(`users/${id}/${deed}`, fields),
};

export const clock = {
  now: () => request("clock"),
  advance: (step) => post("clock", {advance: step}),
  go: (to) => post("clock", {to}),
};

export const faults = {
  list: () => request("faults"),
  add: (fault) => post("faults", fault),
  clear: () => request("faults", {method: "DELETE"}),
};

export const cards = () => request("cards");
export const ledger = (after) => request(`ledger?after=${after}`);

/** A list, whether the server sends it bare or under one name. */
export function listOf(answer) {
  if (Array.isArray(answer)) return answer;
  return Object.values(answer ?? {}).find(Array.isArray) ?? [];
}

/** Calls `onEvent({user_id, seq, …})` for each event, or `onEvent(null)` for "look at everything again". */
export function live(onEvent) {
  let polling = null;
  const stopPolling = () => {
    clearInterval(polling);
    polling = null;
  };
  const connect = () => {
    const source = new EventSource(`${BASE}stream`);
    source.onopen = () => {
      stopPolling();
      onEvent(null);
    };
    source.onmessage = (event) => onEvent(JSON.parse(event.data));
    source.onerror = () => {
      polling ??= setInterval(() => onEvent(null), POLL_MS);
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
    };
    window.addEventListener("pagehide", () => source.close(), {once: true});
  };
  connect();
}
