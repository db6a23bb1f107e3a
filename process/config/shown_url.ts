import { withoutPassword } from "./found.ts";

/** A URL for people: a file's path, else without what may be secret: password, query, and the data of a `data:` URL. */
export function shownUrl(url: URL): string {
  if (url.protocol === "data:") {
    return `data:${url.pathname.split(",", 1)[0]!.slice(0, 60)},...`;
  }
  if (url.protocol === "file:") return filePath(url);
  const query = url.search === "" ? "" : "?***";
  return withoutPassword(url.href.split(/[?#]/, 1)[0]!) + query;
}

/** Not `fromFileUrl` of a library: it is for showing only, and may not throw. */
function filePath(url: URL): string {
  const path = url.pathname.replace(/^\/(?=[A-Za-z]:\/)/, "");
  try {
    return decodeURIComponent(path).replace(/[\p{Cc}\p{Cf}]/gu, "?");
  } catch {
    return path; // a stray "%", which a URL may have
  }
}
