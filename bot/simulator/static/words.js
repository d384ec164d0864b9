// What LINE's own buttons say, by the language of the worker's app. LINE has no Filipino interface: it shows English there.

export const LANGUAGES = [
  ["en", "English"], ["zh-Hant", "繁體中文 (zh-Hant)"], ["zh-TW", "繁體中文 (zh-TW)"], ["zh-Hans", "简体中文"],
  ["id", "Bahasa Indonesia"], ["vi", "Tiếng Việt"], ["th", "ภาษาไทย"], ["fil", "Filipino"], ["tl", "Tagalog"],
  ["ja", "日本語"], ["my", "မြန်မာ"],
];

const KEYS = [
  "read", "today", "add", "chat", "block", "unblock", "blocked", "unsend", "copy", "cancel", "send", "call",
  "callQuestion", "photo", "location", "voice", "stickers", "copied", "unsentByYou", "account", "menu",
  "keyboard", "message", "more", "back", "language", "done", "address", "place", "options", "notAFriend", "messages",
];

const TABLE = {
  en: ["Read", "Today", "Add friend", "Chat", "Block", "Unblock", "You have blocked this account", "Unsend", "Copy", "Cancel",
    "Send", "Call", "Call {number}?", "Photo", "Location", "Voice message", "Stickers", "Copied", "You unsent a message",
    "Official account", "Menu", "Keyboard", "Enter a message", "More", "Back", "Language of LINE", "Done", "Address", "Place",
    "Message options", "Not a friend yet", "Messages"],
  "zh-Hant": ["已讀", "今天", "加入好友", "聊天", "封鎖", "解除封鎖", "您已封鎖此帳號", "收回", "複製", "取消",
    "傳送", "撥打", "要撥打 {number} 嗎？", "照片", "位置資訊", "語音訊息", "貼圖", "已複製", "您已收回訊息",
    "官方帳號", "選單", "鍵盤", "輸入訊息", "更多", "返回", "LINE 的語言", "完成", "地址", "地點",
    "訊息選項", "尚未加入好友", "訊息"],
  "zh-Hans": ["已读", "今天", "添加好友", "聊天", "屏蔽", "解除屏蔽", "您已屏蔽此账号", "撤回", "复制", "取消",
    "发送", "拨打", "要拨打 {number} 吗？", "照片", "位置信息", "语音消息", "贴图", "已复制", "您已撤回消息",
    "官方账号", "菜单", "键盘", "输入消息", "更多", "返回", "LINE 的语言", "完成", "地址", "地点",
    "消息选项", "尚未添加好友", "消息"],
  id: ["Dibaca", "Hari ini", "Tambah teman", "Obrolan", "Blokir", "Buka blokir", "Anda memblokir akun ini", "Batalkan pengiriman",
    "Salin", "Batal", "Kirim", "Telepon", "Telepon {number}?", "Foto", "Lokasi", "Pesan suara", "Stiker", "Tersalin",
    "Anda membatalkan pengiriman pesan", "Akun resmi", "Menu", "Papan ketik", "Tulis pesan", "Lainnya", "Kembali", "Bahasa LINE",
    "Selesai", "Alamat", "Tempat", "Pilihan pesan", "Belum berteman", "Pesan"],
  vi: ["Đã xem", "Hôm nay", "Thêm bạn", "Trò chuyện", "Chặn", "Bỏ chặn", "Bạn đã chặn tài khoản này", "Thu hồi", "Sao chép", "Hủy",
    "Gửi", "Gọi", "Gọi {number}?", "Ảnh", "Vị trí", "Tin nhắn thoại", "Nhãn dán", "Đã sao chép", "Bạn đã thu hồi một tin nhắn",
    "Tài khoản chính thức", "Menu", "Bàn phím", "Nhập tin nhắn", "Thêm", "Quay lại", "Ngôn ngữ của LINE", "Xong", "Địa chỉ",
    "Địa điểm", "Tùy chọn tin nhắn", "Chưa kết bạn", "Tin nhắn"],
  th: ["อ่านแล้ว", "วันนี้", "เพิ่มเพื่อน", "แชท", "บล็อก", "เลิกบล็อก", "คุณบล็อกบัญชีนี้แล้ว", "ยกเลิกข้อความ", "คัดลอก", "ยกเลิก",
    "ส่ง", "โทร", "โทรหา {number} ไหม", "รูปภาพ", "ตำแหน่ง", "ข้อความเสียง", "สติกเกอร์", "คัดลอกแล้ว", "คุณยกเลิกข้อความแล้ว",
    "บัญชีทางการ", "เมนู", "แป้นพิมพ์", "ป้อนข้อความ", "เพิ่มเติม", "กลับ", "ภาษาของ LINE", "เสร็จสิ้น", "ที่อยู่", "สถานที่",
    "ตัวเลือกข้อความ", "ยังไม่ได้เป็นเพื่อน", "ข้อความ"],
};

function tableOf(language) {
  if (language === "zh-TW" || language === "zh-HK" || language === "zh") return "zh-Hant";
  if (language === "zh-CN") return "zh-Hans";
  return language in TABLE ? language : "en";
}

/** {read: "Read", …} for an app set to `language`. */
export function wordsFor(language) {
  return Object.fromEntries(TABLE[tableOf(language)].map((word, i) => [KEYS[i], word]));
}

const ZONE = "Asia/Taipei";

/** Milliseconds of an instant the API gave as ISO text or as milliseconds. */
export function instant(at) {
  return typeof at === "number" ? at : Date.parse(at);
}

/** How `language` writes the time and the day of an instant, in Taiwan, as LINE shows them between messages. */
export function timeWords(language) {
  const time = new Intl.DateTimeFormat(language, {timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
  const day = new Intl.DateTimeFormat(language, {timeZone: ZONE, weekday: "short", day: "numeric", month: "short"});
  return {time: (at) => time.format(instant(at)), day: (at) => day.format(instant(at))};
}

/** "2026-11-21" of an instant in Taiwan. */
export function taipeiDate(at) {
  return new Intl.DateTimeFormat("sv-SE", {timeZone: ZONE}).format(instant(at));
}

/** "2026-11-21 09:05:03" of an instant in Taiwan. */
export function taipeiTime(at) {
  return new Intl.DateTimeFormat("sv-SE", {timeZone: ZONE, dateStyle: "short", timeStyle: "medium"}).format(instant(at));
}
