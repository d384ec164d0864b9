// Draws any LINE message object as LINE's app does; the phone and the operators' preview share it.

import {aspectRatio, colour, el, icon, picture, tapTarget} from "./flex_dom.js";
import {renderFlex} from "./flex_bubble.js";

export {renderFlex};

const LINK = /(https?:\/\/[^\s<>"，。；、）」]+)|((?:\+886|\b0)\d[\d-]{6,11}\d\b)/g;
const STICKERS = new Map(Object.entries({
  "11537/52002734": "👋", "11537/52002735": "😊", "11537/52002736": "🙏", "11537/52002738": "❤️",
  "11537/52002739": "👍", "11537/52002750": "😢", "11537/52002752": "😡", "11537/52002753": "🎉",
  "446/1988": "😄", "446/1989": "😉", "789/10855": "🙆",
}));

/** The stickers a phone can send, as {packageId, stickerId, emoji}. */
export const STICKER_CHOICES = [...STICKERS].slice(0, 8).map(([key, emoji]) => {
  const [packageId, stickerId] = key.split("/");
  return {packageId, stickerId, emoji};
});

/** The element for a message of any type. Every tap calls `onAction(action)` with LINE's own action object. */
export function renderMessage(message, {onAction = () => {}} = {}) {
  const draw = MESSAGES.get(message?.type) ?? unknown;
  const element = draw(message ?? {}, onAction);
  element.classList.add("lm");
  return element;
}

/** The row of quick replies of `message`, or null where it has none. */
export function renderQuickReply(message, {onAction = () => {}} = {}) {
  const items = message?.quickReply?.items ?? [];
  if (items.length === 0) return null;
  return el("div", "lm-quick", ...items.map(({action = {}, imageUrl}) =>
    tapTarget("lm-chip", action, onAction, imageUrl ? picture(imageUrl) : null, el("span", "", action.label ?? ""))));
}

function text(message, onAction) {
  const words = message.type === "textV2" ? substituted(message) : withEmoji(message);
  const element = el("div", "lm-text");
  let from = 0;
  for (const match of words.matchAll(LINK)) {
    element.append(words.slice(from, match.index), link(match[0], Boolean(match[2]), onAction));
    from = match.index + match[0].length;
  }
  element.append(words.slice(from));
  return element;
}

function link(words, phone, onAction) {
  const uri = phone ? `tel:${words.replaceAll("-", "")}` : words;
  const element = el("a", "lm-link", words);
  element.href = uri;
  element.addEventListener("click", (event) => {
    event.preventDefault();
    onAction({type: "uri", uri});
  });
  return element;
}

/** LINE emoji are pictures we do not have: each `$` that stands for one becomes a plain smile. */
function withEmoji(message) {
  const places = new Set((message.emojis ?? []).map((one) => one.index));
  if (places.size === 0) return String(message.text ?? "");
  return Array.from({length: message.text.length}, (_, i) => (places.has(i) ? "🙂" : message.text[i])).join("");
}

function substituted(message) {
  return String(message.text ?? "").replace(/\{\{|\}\}|\{(\w{1,20})\}/g, (found, key) => {
    if (key === undefined) return found[0];
    const part = message.substitution?.[key];
    if (part?.type === "emoji") return "🙂";
    return part?.type === "mention" ? "@…" : found;
  });
}

function sticker(message) {
  const emoji = STICKERS.get(`${message.packageId}/${message.stickerId}`) ?? "🙂";
  const element = el("div", "lm-sticker", emoji);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", `Sticker ${emoji}`);
  return element;
}

function image(message, onAction) {
  const open = {type: "uri", label: "Picture", uri: message.originalContentUrl};
  return tapTarget("lm-image", open, onAction, picture(message.previewImageUrl ?? message.originalContentUrl, "Picture"));
}

function video(message, onAction) {
  const play = {type: "uri", label: "Play video", uri: message.originalContentUrl};
  return tapTarget("lm-image lm-video", play, onAction, picture(message.previewImageUrl, "Video"),
    el("span", "play-mark", icon("M8 5v14l11-7z")));
}

function audio(message, onAction) {
  const seconds = Math.round((message.duration ?? 0) / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const play = {type: "uri", label: "Play", uri: message.originalContentUrl};
  return tapTarget("lm-audio", play, onAction, el("span", "lm-audio-mark", icon("M8 5v14l11-7z")),
    el("span", "lm-audio-wave"), el("span", "lm-audio-time", time));
}

function location(message, onAction) {
  const uri = `https://maps.google.com/?q=${Number(message.latitude)},${Number(message.longitude)}`;
  return tapTarget("lm-location", {type: "uri", label: message.title, uri}, onAction,
    el("span", "lm-map", icon("M12 2a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 9.5a2.5 2.5 0 1 1 0-5 2.5 2.5 0 0 1 0 5z")),
    el("strong", "lm-location-title", message.title ?? ""), el("span", "lm-location-address", message.address ?? ""));
}

function imagemap(message, onAction) {
  const {width = 1040, height = 1040} = message.baseSize ?? {};
  const element = el("div", "lm-imagemap", picture(`${message.baseUrl}/1040`, message.altText ?? ""));
  element.style.aspectRatio = `${Number(width)} / ${Number(height)}`;
  for (const action of message.actions ?? []) {
    const area = tapTarget("lm-area", {...action, uri: action.linkUri}, onAction);
    if (!area.hasAttribute("aria-label")) area.setAttribute("aria-label", action.text ?? action.linkUri ?? "Open");
    placeArea(area, action.area ?? {}, {width, height});
    element.append(area);
  }
  return element;
}

/** Lays a tappable `area` (LINE's x, y, width, height) over a picture of `size`. */
export function placeArea(element, area, size) {
  const percent = (part, whole) => `${(100 * Number(part ?? 0)) / Number(whole)}%`;
  element.style.left = percent(area.x, size.width);
  element.style.top = percent(area.y, size.height);
  element.style.width = percent(area.width, size.width);
  element.style.height = percent(area.height, size.height);
}

function flex(message, onAction) {
  const element = el("div", "lm-flex", renderFlex(message.contents, {onAction}));
  nameGroup(element, message.altText);
  return element;
}

function nameGroup(element, name) {
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", name || "Message");
}

function template(message, onAction) {
  const content = message.template ?? {};
  const draw = {buttons, confirm, carousel, image_carousel: imageCarousel}[content.type];
  if (!draw) return unknown(message);
  const element = el("div", "lm-template", draw(content, onAction));
  nameGroup(element, message.altText);
  return element;
}

function actions(list, onAction, className = "lm-actions") {
  return el("div", className, ...(list ?? []).map((action) =>
    tapTarget("lm-action", action, onAction, el("span", "", action.label ?? ""))));
}

function buttons(content, onAction) {
  return card(content, onAction, content);
}

function confirm(content, onAction) {
  return el("div", "lm-card", el("div", "lm-card-text", content.text ?? ""),
    actions(content.actions, onAction, "lm-actions lm-side-by-side"));
}

/** A card of a buttons or carousel template; `look` carries the picture settings all columns share. */
function card(content, onAction, look) {
  const top = [];
  if (content.thumbnailImageUrl) {
    const frame = el("div", "lm-card-picture", picture(content.thumbnailImageUrl));
    frame.style.aspectRatio = aspectRatio(look.imageAspectRatio === "square" ? "1:1" : "151:100");
    frame.style.backgroundColor = colour(content.imageBackgroundColor);
    if (look.imageSize === "contain") frame.classList.add("lm-contain");
    top.push(frame);
  }
  if (content.title) top.push(el("strong", "lm-card-title", content.title));
  top.push(el("div", "lm-card-text", content.text ?? ""));
  const head = content.defaultAction
    ? tapTarget("lm-card-head", content.defaultAction, onAction, ...top)
    : el("div", "lm-card-head", ...top);
  return el("div", "lm-card", head, actions(content.actions, onAction));
}

function row(cards) {
  const element = el("div", "fx-carousel", ...cards);
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.setAttribute("aria-roledescription", "carousel");
  return element;
}

function carousel(content, onAction) {
  return row((content.columns ?? []).map((column) => card(column, onAction, content)));
}

function imageCarousel(content, onAction) {
  return row((content.columns ?? []).map(({imageUrl, action = {}}) =>
    tapTarget("lm-image-column", action, onAction, picture(imageUrl),
      action.label ? el("span", "lm-image-label", action.label) : null)));
}

function unknown(message) {
  return el("div", "lm-text lm-unknown", message.altText ?? `[${message.type ?? "?"}]`);
}

const MESSAGES = new Map(Object.entries({
  text, textV2: text, sticker, image, video, audio, location, imagemap, flex, template,
}));
