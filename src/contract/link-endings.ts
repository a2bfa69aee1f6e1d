/**
 * Link endings: by which letters behind a dot a domain is known as one; as of November 2026, from the IANA root zone what is used in texts.
 */

/** Endings of which a domain needs nothing more to be known. */
export const PLAIN_ENDINGS: readonly string[] = [
  "com", "cn", "net", "org", "gov", "edu", "top", "xyz", "vip", "club", "shop", "site", "online", "info", "biz", "wang", "ltd", "cc", "co", "io",
  "tv", "pro", "app", "link", "mobi", "asia", "hk", "tw", "mo", "sg", "jp", "kr", "uk", "ru", "de", "fr", "eu", "au", "ca", "icu", "fun", "ink",
  "tech", "store", "wiki", "work", "website", "space", "cloud", "live", "life", "group", "art", "red", "ren", "kim", "run", "mom", "lol", "bid",
  "win", "buzz", "loan", "click", "cyou", "sbs", "rest", "bond", "cfd", "monster", "quest", "page", "dev", "chat", "host", "press", "beer",
  "luxe", "yoga", "city", "law", "fit", "center", "video", "social", "team", "show", "cool", "zone", "today", "company", "world", "gold",
  "plus", "guru", "email", "fund", "pub", "games", "game", "bet", "casino", "poker", "porn", "sexy", "xxx", "ai", "so", "ac", "ws",
];
/** Words of English among them, and the countries of which short-link services are fond: only before a path, or behind http:// or www. */
export const SLASHED_ENDINGS: readonly string[] = [
  "co", "so", "ai", "ac", "ws", "ca", "de", "fr", "eu", "au", "run", "mom", "lol", "bid", "win", "loan", "rest", "bond", "page", "chat", "host", "press", "beer",
  "city", "law", "fit", "center", "video", "social", "team", "show", "cool", "zone", "today", "company", "world", "gold", "plus", "fund", "pub",
  "games", "game", "bet", "live", "life", "group", "art", "red", "work", "space", "fun", "club", "app", "link", "click", "info", "tv", "pro", "email", "site", "store", "mo", "kim", "ren", "sexy",
  "me", "in", "it", "is", "to", "do", "id", "my", "at", "be", "am", "no", "us", "ly", "gl", "gd", "gg", "st", "la", "im", "sc", "su", "pw", "am", "fm", "li", "ms", "nu", "pe",
  "rs", "sh", "sk", "tl", "tt", "vc", "vg", "vn", "th", "ph", "pl", "nl", "es", "ch", "se", "fi", "cx", "ga", "gq", "ml", "tk", "cf", "mn", "ink",
];
/** Endings after a dot that is written otherwise (。 点 [.] or spaces): the words of other languages are not among them. */
export const CERTAIN_ENDINGS: readonly string[] = ["com", "cn", "net", "org", "xyz", "top", "cc", "vip", "shop", "icu"];
/** Endings in Chinese. */
export const CHINESE_ENDINGS: readonly string[] = ["中国", "公司", "网络", "商城", "网址", "网店", "在线", "集团"];
