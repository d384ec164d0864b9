// What LINE does on a phone when a person taps something that carries an action, or the plus menu.

// One sample of a silent WAV file: what is said does not matter to the bot, only that it is a voice message.
const SILENCE = "UklGRiUAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQEAAACA";

export class Taps {
  #act;
  #sheets;
  #composer;
  #toast;
  #words;

  /** `act(deed, fields)` does it at the look-alike; `toast(text, from)` tells the person; `words()` are LINE's. */
  constructor({act, sheets, composer, toast, words}) {
    this.#act = act;
    this.#sheets = sheets;
    this.#composer = composer;
    this.#toast = toast;
    this.#words = words;
  }

  /** Does what LINE does when a person taps something that carries `action`. */
  async perform(action) {
    const deeds = {
      message: () => this.#act("text", {text: action.text}),
      postback: () => this.#postback(action),
      uri: () => this.#openUri(action.uri),
      datetimepicker: () => this.#pickDate(action),
      clipboard: () => this.copy(action.clipboardText),
      camera: () => this.plus("photo"),
      cameraRoll: () => this.plus("photo"),
      location: () => this.plus("location"),
      richmenuswitch: () => this.#act("postback", {
        data: action.data, params: {newRichMenuAliasId: action.richMenuAliasId, status: "SUCCESS"}}),
    };
    await deeds[action?.type]?.();
  }

  async #postback(action) {
    if (action.text) await this.#act("text", {text: action.text});
    if (action.inputOption === "closeRichMenu") this.#composer.openMenu(false);
    if (action.inputOption === "openRichMenu") this.#composer.openMenu(true);
    if (action.inputOption === "openKeyboard") this.#composer.fill(action.fillInText ?? "", {replace: true});
    await this.#act("postback", {data: action.data, ...(action.displayText && {display_text: action.displayText})});
  }

  async #openUri(uri) {
    let url;
    try {
      url = new URL(uri, document.baseURI);
    } catch {
      return;
    }
    if (url.protocol === "tel:") {
      const number = decodeURIComponent(url.pathname);
      const question = this.#words().callQuestion.replace("{number}", number);
      if (await this.#sheets.confirm(question, this.#words().call)) this.#toast(`☎ ${number}`, this.#words().call);
    } else if (url.protocol === "http:" || url.protocol === "https:") {
      window.open(url.href, "_blank", "noopener,noreferrer");
    } else if (url.protocol === "line:") {
      this.#toast(uri, "LINE");
    }
  }

  async #pickDate(action) {
    const picked = await this.#sheets.pickDate(action);
    if (picked !== null) await this.#act("postback", {data: action.data, params: {[action.mode ?? "date"]: picked}});
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.#toast(text, this.#words().copied);
    } catch {
      this.#composer.fill(text);
    }
  }

  /** What a choice of the plus menu does: voice, photo or location. */
  async plus(name) {
    if (name === "voice") await this.#act("audio", {base64: SILENCE, media_type: "audio/wav", duration: 1000});
    else if (name === "photo") this.#pickPhoto();
    else {
      const place = await this.#sheets.pickPlace();
      if (place) await this.#act("location", place);
    }
  }

  #pickPhoto() {
    const chooser = el("input");
    chooser.type = "file";
    chooser.accept = "image/jpeg,image/png";
    chooser.addEventListener("change", () => {
      const reader = new FileReader();
      reader.onload = () => this.#act("image", {base64: String(reader.result).split(",", 2)[1]});
      if (chooser.files.length > 0) reader.readAsDataURL(chooser.files[0]);
    });
    chooser.click();
  }
}
